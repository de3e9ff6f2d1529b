"""Azure OpenAI and Azure AI Foundry: OpenAI's dialects at addresses, with keys and with filters of Azure's own."""
