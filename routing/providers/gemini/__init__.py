"""Google's Gemini, by AI Studio and by Vertex AI: one dialect, two addresses."""
