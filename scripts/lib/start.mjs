import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, isBuilt } from './build.mjs'
import { LIFE_WORDS, liveOn } from './demo-life.mjs'
import { showDemo } from './demo.mjs'
import { install, isInstalled } from './install.mjs'
import { showNextSteps } from './next-steps.mjs'
import { parseOptions } from './options.mjs'
import { openPlace } from './place.mjs'
import { createProcesses } from './processes.mjs'
import { openRedis } from './redis.mjs'
import { endTools } from './run-tool.mjs'
import { assertNotRunning, forgetRunning, noteRunning } from './running.mjs'
import { complain, say, step } from './say.mjs'
import { openDashboardUser, openEmulatorKey, openSecrets } from './secrets.mjs'
import { apiAddress, startApi, startEmulator, startWorker } from './services.mjs'
import { onStopSignal, outliveOutput } from './signals.mjs'

/** Brings everything up, shows it, and stays until it is told to stop. Returns the exit code. */
export async function start(args) {
  outliveOutput()
  let processes
  let place
  try {
    const options = parseOptions(args)
    if (options.help) {
      say(options.help)
      return 0
    }
    place = openPlace(options.apple ? '.flightroster-apple' : '.flightroster')
    processes = createProcesses(place.logs)
    const signal = onStopSignal(() => processes.kill())
    const outcome = await Promise.race([bringUp(options, place, processes), signal, processes.died])
    if (outcome === 'up') await Promise.race([signal, processes.died])
    say('\nStopping …')
    endTools()
    await processes.stop()
    if (processes.has('redis')) forgetRunning(place)
    say('Stopped; the data is kept.')
    return outcome === 'up' ? 0 : 130
  } catch (error) {
    complain(error)
    endTools()
    await processes?.stop()
    if (processes?.has('redis')) forgetRunning(place)
    return 1
  }
}

async function bringUp(options, place, processes) {
  const begunAt = Date.now()
  await assertNotRunning(place)
  const address = await apiAddress()
  if (!isInstalled()) await step('Installing packages', () => install({ log: join(place.logs, 'install.log') }))
  if (!isBuilt()) await step('Building', () => build({ log: join(place.logs, 'build.log') }))
  return runBuilt(options, place, processes, { begunAt, address })
}

/** Everything that follows once it is built: what runs, and what is said of it. */
export async function runBuilt({ apple, quiet }, place, processes, { begunAt, address }) {
  const secrets = openSecrets(place)
  secrets.user = await openDashboardUser(place, secrets.env)
  const key = apple ? undefined : openEmulatorKey(place)
  const redis = await openRedis(place, processes)
  const emulator = key && (await startEmulator(place, processes, key))
  // For the emulator this address is the world's: sources, links to a member's own page and its webhooks work, and the reference's lines name it.
  const demo = emulator && { APP_STORE_CONNECT_URL: emulator.base, PUBLIC_URL: process.env.PUBLIC_URL || address.base }
  const env = { ...secrets.env, ...redis, ...demo }
  await startApi(processes, address, env)
  await startWorker(processes, env)
  if (processes.has('redis')) noteRunning(place, { others: processes.pids() })
  say(`Ready after ${((Date.now() - begunAt) / 1000).toFixed(1)} s.\n`)
  const shown = { base: address.base, place, secrets }
  await (emulator ? showDemo({ ...shown, emulator, key }) : showNextSteps(shown))
  if (emulator && !quiet) {
    say(LIFE_WORDS)
    const life = liveOn({ base: address.base, adminToken: secrets.adminToken, emulator: emulator.base })
    // Whoever stops in the middle of it misses nothing.
    life.catch((error) => appendFileSync(join(place.logs, 'demo.log'), `${error.message}\n`))
  }
  say('\nCtrl-C stops everything.')
  return 'up'
}
