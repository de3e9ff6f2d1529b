"""Ollama's own API: chats, prompts, embeddings, as lines of JSON. https://docs.ollama.com/api"""
