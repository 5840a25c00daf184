import { runTool } from './run-tool.mjs'
import { Stop, say } from './say.mjs'
import { which } from './which.mjs'

const QUIET = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }

const REDIS = { name: 'Redis', apt: 'redis-server', apk: 'redis' }
const PROMETHEUS = { name: 'promtool', apt: 'prometheus', apk: 'prometheus' }
const KUBECTL = { name: 'kubectl', apt: 'kubernetes-client', apk: 'kubectl' }
const PYTHON = { name: 'Python', apt: 'python3', apk: 'python3' }
const CHROMIUM = { name: 'Chromium', apt: 'chromium', apk: 'chromium' }

/** Installs Redis as root on Debian, Ubuntu and Alpine. False where that is left to the user. */
export async function installRedis() {
  const code = await installAsRoot(REDIS)
  if (code !== undefined && code !== 0) throw new Stop('Redis could not be installed.', installHint())
  return code === 0
}

/** The same for the browser that the tests of the pages look with. */
export async function installChromium() {
  return (await installAsRoot(CHROMIUM)) === 0
}

/** And promtool, which tests the alerts: in Debian's package of Prometheus. */
export async function installPromtool() {
  return (await installAsRoot(PROMETHEUS)) === 0
}

/** And kubectl, which renders what is deployed to Kubernetes. */
export async function installKubectl() {
  return (await installAsRoot(KUBECTL)) === 0
}

/** And Python, which one of the examples is written in. */
export async function installPython() {
  return (await installAsRoot(PYTHON)) === 0
}

/** The exit code of what was run; undefined where nothing was. */
async function installAsRoot(software) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const commands = rootCommands(software)
  if (!commands) return undefined
  const shown = commands.map((words) => words.join(' ')).join(' && ')
  say(`There is no ${software.name} on this machine. As root, this installs it: ${shown}`)
  for (const [command, ...args] of commands) {
    const { code } = await runTool(command, args, { env: QUIET })
    if (code !== 0) return code
  }
  return 0
}

function rootCommands({ apt, apk }) {
  if (which('apt-get')) {
    return [
      ['apt-get', 'update', '-qq'],
      ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', apt],
    ]
  }
  if (which('apk')) return [['apk', 'add', '--no-cache', apk]]
  return undefined
}

/** The command that installs Redis on this platform. */
export function installHint() {
  return `Install it, then try again:\n  ${installCommand()}\nOr name a running one: REDIS_URL=redis://host:6379 npm start`
}

function installCommand() {
  if (process.platform === 'darwin') return 'brew install redis'
  if (process.platform === 'win32') return 'wsl --install (Redis does not run on Windows itself; run this in WSL)'
  const sudo = process.getuid?.() === 0 ? '' : 'sudo '
  if (which('apt-get')) return `${sudo}apt-get update && ${sudo}apt-get install -y redis-server`
  if (which('apk')) return `${sudo ? 'doas ' : ''}apk add redis`
  if (which('dnf')) return `${sudo}dnf install -y valkey`
  if (which('pacman')) return `${sudo}pacman -S valkey`
  if (which('zypper')) return `${sudo}zypper install redis`
  return 'see https://redis.io/docs/latest/operate/oss_and_stack/install/'
}
