/** Loaded only where traces are wanted (tracing.ts): nothing else may import this file or OpenTelemetry. */
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span as OtelSpan } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base'
import type { Log } from './log.ts'
import {
  formatTraceparent,
  parseTraceparent,
  type Span,
  type SpanSettings,
  type Tracing,
  type TracingOptions,
} from './tracing.ts'

/** A collector that takes longer is as good as none. */
const EXPORT_TIMEOUT_MS = 5_000
const CLOSE_MS = 2_000
const TELL_EVERY_MS = 60_000
/** As many as one call to Apple may be for. */
const MAX_LINKS = 200

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT } as const

export function createOtlpTracing({ url, service, log }: TracingOptions & { url: string }): Tracing {
  const exporter = new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS })
  // What does not fit the queue while the collector is away is dropped.
  const processor = new BatchSpanProcessor(tellSeldom(exporter, log), { exportTimeoutMillis: EXPORT_TIMEOUT_MS })
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }).merge(detectResources({ detectors: [envDetector] })),
    spanLimits: { linkCountLimit: MAX_LINKS },
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
          const linked = parseTraceparent(traceparent)
          return linked ? [{ context: linked }] : []
        }),
        ...(startedAt === undefined ? {} : { startTime: startedAt }),
      },
      context,
    )
    return wrap(span, (childName, childSettings) => start(childName, childSettings, trace.setSpan(ROOT_CONTEXT, span)))
  }

  return {
    start(name, { parent, ...settings }) {
      const known = parseTraceparent(parent)
      const context = known ? trace.setSpanContext(ROOT_CONTEXT, { ...known, isRemote: true }) : ROOT_CONTEXT
      return start(name, settings, context)
    },
    close: () => within(CLOSE_MS, provider.shutdown()),
  }
}

function wrap(span: OtelSpan, child: Span['child']): Span {
  return {
    traceparent: formatTraceparent(span.spanContext()),
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
        if (result.error && Date.now() - toldAt >= TELL_EVERY_MS) {
          toldAt = Date.now()
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
