import { join } from 'node:path'
import { freePort, isFree } from './ports.mjs'
import { Stop, step } from './say.mjs'
import { waitUntil } from './wait-until.mjs'

/** Where the API is to listen; stops with a sentence where that is not possible. */
export async function apiAddress(env = process.env) {
  const port = Number(env.PORT || 3000)
  const host = env.HOST || '127.0.0.1'
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Stop(
      `PORT is "${env.PORT}", which is no port.`,
      'Choose a number from 1 to 65535, such as: PORT=3001 npm start',
    )
  }
  if (!(await isFree(port, host))) {
    throw new Stop(`Port ${port} is taken by another program.`, `Choose another one: PORT=${port + 1} npm start`)
  }
  const reachable = ['0.0.0.0', '::', '::0'].includes(host) ? '127.0.0.1' : host
  return { port, host, base: `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}` }
}

export async function startEmulator(place, processes, key) {
  const port = await freePort(3100)
  const base = `http://127.0.0.1:${port}`
  await step(`Starting the App Store Connect emulator on port ${port}`, async () => {
    processes.start({
      name: 'emulator',
      level: 1,
      command: process.execPath,
      args: ['packages/emulator/dist/main.js'],
      env: {
        HOST: '127.0.0.1',
        PORT: String(port),
        EMULATOR_KEY_ID: key.keyId,
        EMULATOR_ISSUER_ID: key.issuerId,
        EMULATOR_PRIVATE_KEY_FILE: key.file,
        EMULATOR_DATA_FILE: join(place.data, 'emulator.json'),
      },
    })
    await answers(processes, `${base}/_control/calls`, 'The emulator')
  })
  return { base }
}

export async function startApi(processes, address, env) {
  await step(`Starting the API on ${address.base}`, async () => {
    const own = { ...env, HOST: address.host, PORT: String(address.port) }
    processes.start({ name: 'api', level: 2, command: process.execPath, args: ['apps/api/dist/main.js'], env: own })
    await answers(processes, `${address.base}/readyz`, 'The API')
  })
}

/** A worker has no port unless WORKER_PORT gives it one: it counts as started once it has lived for a moment. */
export async function startWorker(processes, env) {
  await step('Starting one worker', async () => {
    processes.start({ name: 'worker', level: 2, command: process.execPath, args: ['apps/worker/dist/main.js'], env })
    const port = process.env.WORKER_PORT
    if (port) await answers(processes, `http://127.0.0.1:${port}/readyz`, 'The worker')
    else await Promise.race([processes.died, new Promise((resolve) => setTimeout(resolve, 500))])
  })
}

const PATIENCE_MS = 30_000

async function answers(processes, url, name) {
  const asked = waitUntil(() => isOk(url), {
    timeoutMs: PATIENCE_MS,
    otherwise: new Stop(
      `${name} is not ready after ${PATIENCE_MS / 1000} s.`,
      'See its log in the logs folder beside the data.',
    ),
  })
  await Promise.race([processes.died, asked])
}

async function isOk(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}
