"""Servers that speak OpenAI's dialect: OpenAI itself, vLLM, llama.cpp and the look-alikes."""
