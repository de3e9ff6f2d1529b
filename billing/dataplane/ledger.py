"""Journal lines into the ledger, where one bad line must not hold up the others."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import psycopg

from billing.dataplane.ledger_sql import ENSURE_PARTITIONS, INSERT
from billing.dataplane.segment import split_lines

# PostgreSQL's error classes that blame the data: a value, a constraint, a limit such as an index key's length.
DATA_FAULTS = {"22", "23", "54"}
STATEMENT_SECONDS = 30.0  # a database that answers no sooner is taken for dead


@dataclass(slots=True)
class Shipment:
    """What became of a batch of lines."""

    inserted: int = 0
    rejected: list[bytes] = field(default_factory=list)


async def insert_lines(connection: psycopg.AsyncConnection[Any], lines: bytes) -> Shipment:
    """Put whole lines into the ledger. Raises psycopg.Error where the database, not a line, is at fault."""
    shipment = Shipment()
    await _insert(connection, lines, shipment)
    return shipment


async def _insert(connection: psycopg.AsyncConnection[Any], lines: bytes, shipment: Shipment) -> None:
    try:
        shipment.inserted += await _insert_all(connection, lines)
        return
    except psycopg.Error as error:
        if not _blames_data(error):
            raise
    pieces = split_lines(lines)
    if len(pieces) == 1:
        shipment.rejected.append(lines)
        return
    half = len(pieces) // 2  # close in on the line that the database does not take
    await _insert(connection, b"".join(pieces[:half]), shipment)
    await _insert(connection, b"".join(pieces[half:]), shipment)


async def _insert_all(connection: psycopg.AsyncConnection[Any], lines: bytes) -> int:
    parameters = {"lines": lines}
    async with asyncio.timeout(STATEMENT_SECONDS):
        try:
            cursor = await connection.execute(INSERT, parameters)
        except psycopg.errors.CheckViolation:  # the ledger has no partition for some row's day yet
            await connection.execute(ENSURE_PARTITIONS, parameters)
            cursor = await connection.execute(INSERT, parameters)
        row = await cursor.fetchone()
    return int(row[0]) if row else 0


def _blames_data(error: psycopg.Error) -> bool:
    return (error.sqlstate or "")[:2] in DATA_FAULTS
