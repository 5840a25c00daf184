/** Loaded only where traces are wanted (tracing.ts): nothing else may import this file or OpenTelemetry. */
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span as OtelSpan,
} from '@opentelemetry/api'
import {
  getNumberFromEnv,
  getStringFromEnv,
  getStringListFromEnv,
  W3CTraceContextPropagator,
} from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Log } from './log.ts'
import type { Span, SpanSettings, Tracing, TracingOptions } from './tracing.ts'

/** A collector that takes longer is as good as none. */
const EXPORT_TIMEOUT_MS = 5_000
const CLOSE_MS = 2_000
const TELL_EVERY_MS = 60_000
/** As many as one call to Apple may be for. */
const MAX_LINKS = 200

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT } as const

const W3C = new W3CTraceContextPropagator()

/** Of anything that is not a traceparent, the context in which a trace begins. */
const contextOf = (traceparent: string | undefined) => W3C.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter)

function traceparentOf(span: OtelSpan): string {
  const carrier: { traceparent?: string } = {}
  W3C.inject(trace.setSpan(ROOT_CONTEXT, span), carrier, defaultTextMapSetter)
  return carrier.traceparent ?? ''
}

export function createOtlpTracing({ url, service, log }: TracingOptions & { url: string }): Tracing {
  const hearsCallers = readPropagators(log)
  warnOfProtocol(log)
  const exporter = new OTLPTraceExporter({ url, ...timeLimit() })
  // What does not fit the queue while the collector is away is dropped.
  const processor = new BatchSpanProcessor(tellSeldom(exporter, log))
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }).merge(detectResources({ detectors: [envDetector] })),
    spanLimits: { linkCountLimit: getNumberFromEnv('OTEL_SPAN_LINK_COUNT_LIMIT') ?? MAX_LINKS },
    spanProcessors: [processor],
  })
  const tracer = provider.getTracer('flightroster')

  const start = (name: string, settings: Omit<SpanSettings, 'parent'>, context: Context): Span => {
    const { kind, links = [], attributes = {}, startedAt } = settings
    const span = tracer.startSpan(
      name,
      {
        kind: KINDS[kind],
        attributes,
        links: links.flatMap(({ traceparent }) => {
          const linked = trace.getSpanContext(contextOf(traceparent))
          return linked ? [{ context: { ...linked, isRemote: false } }] : []
        }),
        ...(startedAt === undefined ? {} : { startTime: startedAt }),
      },
      context,
    )
    return wrap(span, (childName, childSettings) => start(childName, childSettings, trace.setSpan(ROOT_CONTEXT, span)))
  }

  return {
    start(name, { parent, ...settings }) {
      // What a worker goes on with came from the API by our own store, and stays one trace.
      const isHeard = hearsCallers || settings.kind !== 'server'
      return start(name, settings, isHeard ? contextOf(parent) : ROOT_CONTEXT)
    },
    close: () => within(CLOSE_MS, provider.shutdown()),
  }
}

/** Whether a caller's trace is carried on: OTEL_PROPAGATORS, `tracecontext` where it is not set. Baggage may hold anything, so none is kept. */
function readPropagators(log: Log): boolean {
  const names = getStringListFromEnv('OTEL_PROPAGATORS') ?? ['tracecontext']
  const unknown = names.filter((name) => !['tracecontext', 'baggage', 'none'].includes(name))
  if (unknown.length > 0) {
    log.warn(
      { event: 'tracing.unsupported', variable: 'OTEL_PROPAGATORS' },
      'Only tracecontext and none are supported.',
    )
  }
  return names.includes('tracecontext')
}

function warnOfProtocol(log: Log): void {
  for (const variable of ['OTEL_EXPORTER_OTLP_PROTOCOL', 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL']) {
    if ((getStringFromEnv(variable) ?? 'http/json').startsWith('http/')) continue
    log.warn({ event: 'tracing.unsupported', variable }, 'Traces are sent by OTLP/HTTP with JSON.')
  }
}

/** The exporter reads these variables by itself, but takes ten seconds where they are not set. */
function timeLimit(): { timeoutMillis?: number } {
  const variables = ['OTEL_EXPORTER_OTLP_TIMEOUT', 'OTEL_EXPORTER_OTLP_TRACES_TIMEOUT']
  return variables.some((name) => getNumberFromEnv(name) !== undefined) ? {} : { timeoutMillis: EXPORT_TIMEOUT_MS }
}

function wrap(span: OtelSpan, child: Span['child']): Span {
  return {
    traceparent: traceparentOf(span),
    child,
    set(attributes) {
      for (const [name, value] of Object.entries(attributes)) if (value !== undefined) span.setAttribute(name, value)
    },
    fail(code) {
      span.setAttribute('error.type', code)
      span.setStatus({ code: SpanStatusCode.ERROR })
    },
    end(at) {
      if (span.isRecording()) span.end(at)
    },
  }
}

/** A line a minute at most: spans are made by the thousand. */
function tellSeldom(exporter: SpanExporter, log: Log): SpanExporter {
  let toldAt = Number.NEGATIVE_INFINITY
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        if (result.error && performance.now() - toldAt >= TELL_EVERY_MS) {
          toldAt = performance.now()
          log.warn({ event: 'tracing.lost', err: result.error }, 'Traces do not reach the collector.')
        }
        done(result)
      })
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work.catch(() => {}), late])
  clearTimeout(timer)
}
