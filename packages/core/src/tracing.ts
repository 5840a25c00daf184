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

/** What a `traceparent` holds: lower-case hex ids, and the flags. */
export interface TraceContext {
  traceId: string
  spanId: string
  traceFlags: number
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const SAMPLED = 1

/** W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header. Undefined: the trace begins here. */
export function parseTraceparent(text: string | undefined): TraceContext | undefined {
  const [, version, traceId = '', spanId = '', flags = '', rest] = TRACEPARENT.exec(text ?? '') ?? []
  if (version === undefined || version === 'ff') return undefined
  // Only a later version may say more.
  if (version === '00' && rest !== undefined) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & SAMPLED }
}

/** As W3C Trace Context spells it, version 00; of the flags only "sampled" is handed on. */
export function formatTraceparent({ traceId, spanId, traceFlags }: TraceContext): string {
  return `00-${traceId}-${spanId}-0${traceFlags & SAMPLED}`
}
