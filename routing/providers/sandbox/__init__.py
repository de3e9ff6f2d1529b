"""A provider that is free, deterministic and inside the process: for test keys, demos and tests.

It speaks OpenAI's dialect, so its attempts go through that adapter. A request may script the answer in a body field
named `sandbox`, see `script.py`.
"""
