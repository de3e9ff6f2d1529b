// Drives the gateway with Vercel's AI SDK and prints what came back as JSON.
// GATEWAY_URL=… GATEWAY_KEY=… node drive.mjs '{"provider": …, "text": ROUTE, "calls": ROUTE, "json": ROUTE}'

import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateText, Output, stepCountIs, streamText, tool } from "ai";
import { z } from "zod";

globalThis.AI_SDK_LOG_WARNINGS = false; // they go to stdout
const task = JSON.parse(process.argv[2]);
const { GATEWAY_URL, GATEWAY_KEY: apiKey } = process.env;
const baseURL = `${GATEWAY_URL}/v1`;

const PROVIDERS = {
  openai: () => createOpenAI({ baseURL, apiKey }), // the Responses API
  "openai-chat": () => createOpenAI({ baseURL, apiKey }).chat,
  "openai-compatible": () =>
    createOpenAICompatible({ name: "gateway", baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true }),
  anthropic: () => createAnthropic({ baseURL, apiKey }),
  google: () => createGoogleGenerativeAI({ baseURL: `${GATEWAY_URL}/v1beta`, apiKey }),
};
const provider = PROVIDERS[task.provider]();

const weather = tool({
  description: "The weather in a city.",
  inputSchema: z.object({ input: z.string() }),
  execute: async ({ input }) => `${input}: 12 °C`,
});

async function whole() {
  const { text, finishReason, usage } = await generateText({ model: provider(task.text), prompt: "Say hello." });
  return { text, finishReason, input: usage.inputTokens, output: usage.outputTokens };
}

async function streamed() {
  const result = streamText({ model: provider(task.text), prompt: "Say hello." });
  const words = [];
  for await (const word of result.textStream) words.push(word);
  const usage = await result.usage;
  return { words, finishReason: await result.finishReason, input: usage.inputTokens, output: usage.outputTokens };
}

async function tools() {
  const result = streamText({
    model: provider(task.calls),
    prompt: "Weather?",
    tools: { weather },
    stopWhen: stepCountIs(2),
  });
  const steps = await result.steps;
  return steps.map(({ finishReason, toolResults }) => ({ finishReason, outputs: toolResults.map(({ output }) => output) }));
}

async function object() {
  const schema = z.object({ city: z.string(), people: z.number() });
  const { output } = await generateText({
    model: provider(task.json),
    prompt: "Which city?",
    output: Output.object({ schema }),
  });
  return output;
}

async function embeddings() {
  if (!provider.embeddingModel) return null;
  return (await embedMany({ model: provider.embeddingModel(task.text), values: ["one", "two"] })).embeddings;
}

async function error() {
  try {
    await generateText({ model: provider("nothing-here"), prompt: "Hello.", maxRetries: 0 });
  } catch (failure) {
    return { name: failure.name, status: failure.statusCode, message: failure.message };
  }
}

const said = {};
for (const act of [whole, streamed, tools, object, error]) said[act.name] = await act();
if (task.embeds) said.embeddings = await embeddings();
console.log(JSON.stringify(said));
