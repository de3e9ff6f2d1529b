"""OpenAI's Responses API at OpenAI itself and at those who have it too.

Callers of that API pass straight through. Others are translated where the provider's setting `api` is `responses`.
"""
