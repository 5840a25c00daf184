import { readFileSync } from 'node:fs'
import type { Redis } from 'ioredis'

const TICKS_PER_SECOND = 100

/** CPU seconds a process has used, user and system; NaN where the system does not tell (only Linux does it here). */
export function cpuOf(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return Number.NaN
  }
}

/** Resident memory, MB. */
export function memoryOf(pid: number | undefined): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}

/** CPU seconds the server's main thread has used. */
export async function cpuOfRedis(redis: Redis): Promise<number> {
  const info = await redis.info('cpu')
  const of = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1])
  return of('used_cpu_sys_main_thread') + of('used_cpu_user_main_thread')
}
