import { describe, expect, it } from 'vitest'
import { NO_QUOTA, parseQuota } from './quota.ts'

const hour = { hourLimit: 3600, hourRemaining: 3577 }
const minute = { minuteLimit: 150, minuteRemaining: 149 }

describe('parseQuota', () => {
  it.each<[string, string | string[] | undefined, object]>([
    ['reads the hour as Apple writes it', 'user-hour-lim:3600;user-hour-rem:3577;', hour],
    [
      'reads two header lines',
      ['user-hour-lim:3600;user-hour-rem:3577;', 'user-minute-lim:150;user-minute-rem:149'],
      { ...hour, ...minute },
    ],
    [
      'reads two lines that a proxy joined by a comma',
      'user-hour-lim:3600;user-hour-rem:3577;, user-minute-lim:150;user-minute-rem:149;',
      { ...hour, ...minute },
    ],
    [
      'reads both parts in one line',
      'user-hour-lim:3600;user-hour-rem:3577;user-minute-lim:150;user-minute-rem:149',
      { ...hour, ...minute },
    ],
    ['reads a minute part alone', 'user-minute-lim:150;user-minute-rem:149;', minute],
    ['reads a limit without what remains', 'user-hour-lim:3600', { hourLimit: 3600 }],
    ['reads zero as zero', 'user-hour-lim:3600;user-hour-rem:0', { hourLimit: 3600, hourRemaining: 0 }],
    ['takes spaces, capitals and equals signs', ' User-Hour-Lim = 3600 ; USER-HOUR-REM : 3577 ', hour],
    ['takes the smaller of two that disagree', ['user-hour-rem:9', 'user-hour-rem:7'], { hourRemaining: 7 }],
    ['passes over negative counts', 'user-hour-lim:3600;user-hour-rem:-5', { hourLimit: 3600 }],
    ['passes over counts beyond any number', `user-hour-lim:${'9'.repeat(400)};user-hour-rem:5`, { hourRemaining: 5 }],
    ['passes over words, fractions and exponents', 'user-hour-lim:lots;user-hour-rem:1.5;user-minute-lim:1e3', {}],
    ['passes over names it does not know, also those every object has', 'constructor:5;user-day-lim:7;__proto__:1', {}],
    ['makes nothing of garbage', ';;,,::;=;user-hour-lim', {}],
    ['makes nothing of an empty header', '', {}],
    ['makes nothing of no header', undefined, {}],
  ])('%s', (_name, header, expected) => {
    expect(parseQuota({ 'x-rate-limit': header })).toEqual({ ...NO_QUOTA, ...expected })
  })
})
