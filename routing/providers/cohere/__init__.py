"""Cohere's own API, version 2: chats, embeddings, rankings. https://docs.cohere.com/reference/about"""
