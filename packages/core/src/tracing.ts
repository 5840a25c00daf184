import type { Log } from './log.ts'

/** Ids, counts and codes; never an address, a member id or a key. */
export type SpanAttributes = Record<string, string | number | undefined>

/** How a span begins. */
export interface SpanSettings {
  kind: 'server' | 'consumer' | 'client'
  /** A W3C traceparent, as it came; anything else begins a trace. */
  parent?: string | undefined
  /** What else led here. */
  links?: readonly Span[]
  attributes?: SpanAttributes
  /** ms; now where undefined. */
  startedAt?: number
}

/** A span of a trace, until it ends. */
export interface Span {
  /** For whoever carries the trace on. */
  readonly traceparent: string
  /** `parent` is this span. */
  child(name: string, settings: Omit<SpanSettings, 'parent'>): Span
  set(attributes: SpanAttributes): void
  /** `code`: why it counts as failed. */
  fail(code: string): void
  /** A second end does nothing. */
  end(at?: number): void
}

/** Traces, or none: whether anything is traced is decided once, at the start. */
export interface Tracing {
  /** Null where nothing is traced: then nothing is kept for a trace either. */
  start: ((name: string, settings: SpanSettings) => Span) | null
  /** Sends what is left, for two seconds at most. Never fails. */
  close(): Promise<void>
}

/** Where no collector is set. */
export const NO_TRACING: Tracing = { start: null, close: async () => {} }

export interface TracingOptions {
  /** Where an OTLP/HTTP collector takes spans; undefined: nothing is traced. */
  url: string | undefined
  /** What `service.name` is where OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES don't say. */
  service: string
  log: Log
}

/** Without an address, nothing of OpenTelemetry is loaded. */
export async function openTracing({ url, ...rest }: TracingOptions): Promise<Tracing> {
  if (url === undefined) return NO_TRACING
  const { createOtlpTracing } = await import('./tracing-otlp.ts')
  return createOtlpTracing({ url, ...rest })
}
