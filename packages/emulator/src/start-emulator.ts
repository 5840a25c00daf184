import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { AddressInfo } from 'node:net'
import { controlRoutes } from './control.ts'
import { Faults } from './faults.ts'
import { Keys } from './keys.ts'
import { Ledgers } from './ledgers.ts'
import { DataFileStore } from './persist.ts'
import { serve } from './pipeline.ts'
import type { Parts } from './pipeline.ts'
import { Quota } from './quota.ts'
import type { BuildRecord } from './records.ts'
import { operations } from './routes/index.ts'
import { Scripting } from './scripting.ts'
import { demoSeed, plant } from './seed.ts'
import type { Seed } from './seed.ts'
import { applySettings, defaultSettings } from './settings.ts'
import type { SettingsPatch } from './settings.ts'
import { WebhookSender } from './webhook-sender.ts'
import { World } from './world.ts'

/** Where it listens, how it behaves, and what it begins with. */
export interface EmulatorOptions extends SettingsPatch {
  /** 0 is any free port. */
  port?: number
  host?: string
  /** An app with an internal and an external group and a build, if not given. */
  seed?: Seed
  clock?: { now(): number }
  /** State is kept in this file, and taken from it instead of the seed's apps when it is there. */
  dataFile?: string
  /** For faults that hit by probability. */
  randomSeed?: number
  /** One line per call on standard output. */
  logRequests?: boolean
}

/** A running emulator: its address, and everything that a test may do to it. */
export interface Emulator extends Omit<Scripting, never> {
  readonly url: string
  close(): Promise<void>
}

/** Starts an App Store Connect of its own, on a real port. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port, host, seed, clock, dataFile, randomSeed, logRequests, ...patch } = options
  const parts = buildParts(patch, clock ?? Date, randomSeed)
  const store = dataFile === undefined ? undefined : new DataFileStore(dataFile, parts.world, parts.keys)
  const now = parts.clock.now()
  const planted = seed ?? demoSeed
  for (const key of planted.keys ?? []) parts.keys.add(key)
  if (!store?.load(now)) plant(parts.world, parts.keys, { ...planted, keys: [] }, now)
  connect(parts, store)
  const scripting = new Scripting(parts)
  const app = buildServer(parts, scripting, logRequests === true)
  await app.listen({ port: port ?? 0, host: host ?? '127.0.0.1' })
  const address = app.server.address() as AddressInfo
  const close = async (): Promise<void> => {
    await app.close()
    await parts.webhookSender.settle()
    store?.save()
  }
  return Object.assign(scripting, { url: urlOf(address), close })
}

const urlOf = ({ address, family, port }: AddressInfo): string =>
  `http://${family === 'IPv6' ? `[${address}]` : address === '0.0.0.0' ? '127.0.0.1' : address}:${port}`

function buildParts(patch: SettingsPatch, clock: { now(): number }, randomSeed: number | undefined): Parts {
  const settings = defaultSettings()
  applySettings(settings, patch)
  return {
    clock,
    settings,
    world: new World(settings),
    keys: new Keys(),
    quota: new Quota(settings.quota),
    faults: new Faults(randomSeed),
    ledgers: new Ledgers(() => settings.ledgerMax),
    webhookSender: new WebhookSender(),
  }
}

/** What a change sets off: saving it, and Apple's webhooks about builds. */
function connect({ world, webhookSender, clock }: Parts, store: DataFileStore | undefined): void {
  if (store) world.onChange = () => store.changed()
  world.onBuildState = (build: BuildRecord, oldValue: string, newValue: string): void => {
    if (oldValue === newValue) return
    for (const webhook of world.webhooks.values()) {
      const isWanted = webhook.eventTypes.includes('BUILD_BETA_DETAIL_EXTERNAL_BUILD_STATE_UPDATED')
      if (webhook.appId !== build.appId || !webhook.enabled || !isWanted) continue
      const instance = { type: 'buildBetaDetails', id: build.id }
      const type = 'buildBetaDetailExternalBuildStateUpdated'
      void webhookSender.send(webhook, type, instance, { oldValue, newValue }, clock.now())
    }
  }
}

function buildServer(parts: Parts, scripting: Scripting, logRequests: boolean): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    bodyLimit: 20 * 1024 * 1024,
    routerOptions: { maxParamLength: 500 },
    exposeHeadRoutes: false,
  })
  // Bodies stay text here: what is wrong with one is said in Apple's words, after the token was looked at.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
  for (const operation of operations) {
    app.route({
      method: operation.method,
      url: operation.path.replace('{id}', ':id'),
      handler: (request, reply) => serve(parts, operation, request, reply),
    })
  }
  app.setNotFoundHandler((request, reply) => serve(parts, undefined, request, reply))
  controlRoutes(app, parts, scripting)
  if (logRequests) {
    app.addHook('onResponse', (request, reply, done) => {
      const { method, url } = request
      const path = url.split('?')[0]
      process.stdout.write(`${JSON.stringify({ msg: 'call', method, path, status: reply.statusCode })}\n`)
      done()
    })
  }
  return app
}
