"""How to call the gateway, as code to paste: curl, Python, JavaScript."""

from dataclasses import dataclass

from django.http import HttpRequest

KEY_VARIABLE = "GATEWAY_API_KEY"

CURL = """\
curl {base_url}/chat/completions \\
  -H "Authorization: Bearer {curl_key}" \\
  -H "Content-Type: application/json" \\
  -d '{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'"""

PYTHON = """\
{python_import}from openai import OpenAI

client = OpenAI(base_url="{base_url}", api_key={python_key})
answer = client.chat.completions.create(
    model="{model}",
    messages=[{{"role": "user", "content": "Hello"}}],
)
print(answer.choices[0].message.content)"""

JAVASCRIPT = """\
import OpenAI from "openai";

const client = new OpenAI({{ baseURL: "{base_url}", apiKey: {javascript_key} }});
const answer = await client.chat.completions.create({{
  model: "{model}",
  messages: [{{ role: "user", content: "Hello" }}],
}});
console.log(answer.choices[0].message.content);"""


@dataclass(frozen=True)
class Snippet:
    language: str
    code: str


def chat_snippets(request: HttpRequest, *, model: str, key: str | None = None) -> list[Snippet]:
    """A first chat request to this platform; without a key's value, it is read from the environment."""
    words = {
        "base_url": request.build_absolute_uri("/v1"),
        "model": model,
        "curl_key": key or f"${KEY_VARIABLE}",
        "python_import": "" if key else "import os\n\n",
        "python_key": f'"{key}"' if key else f'os.environ["{KEY_VARIABLE}"]',
        "javascript_key": f'"{key}"' if key else f"process.env.{KEY_VARIABLE}",
    }
    templates = {"curl": CURL, "Python": PYTHON, "JavaScript": JAVASCRIPT}
    return [Snippet(language, template.format(**words)) for language, template in templates.items()]
