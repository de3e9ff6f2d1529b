"""AWS Bedrock: the Converse API for chats, InvokeModel for embeddings.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""
