-- Notes an answer of Apple in a budget, gives unused reservations back, and stops all calls for a while when asked to.
-- KEYS[1] budget  [2] the lane's hash
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] calls given back  [3] window (ms)  [4] reserved, and not yet answered when Apple answered this
--     [5] hour limit or empty  [6] hour remaining or empty  [7] minute limit or empty  [8] minute remaining or empty
--     [9] quiet for (ms) or empty  [10] the visit that reserved the calls which are given back
--     [11] when the calls that were answered had been reserved (ms), or empty  [12] how many these are
--     [13] when the key was given that it is about (ms), or empty: nothing is kept of one that the lane has no more
-- Returns 1, or 0 if nothing was kept.
if ARGV[13] ~= '' and (redis.call('HGET', KEYS[2], 'keyAt') or '0') ~= ARGV[13] then return 0 end
local now, window = nowMs(ARGV[1]), tonumber(ARGV[3])
local SLICES, MINUTE, MINUTE_SLICES = 240, 60000, 24
if window < MINUTE then MINUTE = window end
local hourSlice, minuteSlice = window / SLICES, MINUTE / MINUTE_SLICES

-- Takes calls out of the slice in which they were reserved; a call that has already left the window is not taken out twice.
local function take(prefix, slice, at, count)
  local field = string.format('%s:%d', prefix, math.floor(tonumber(at) / slice))
  local taken = math.min(tonumber(redis.call('HGET', KEYS[1], field) or 0), count)
  if taken > 0 then redis.call('HINCRBY', KEYS[1], field, -taken) end
end
local held = redis.call('HMGET', KEYS[1], 'holder', 'spare', 'spareAt')
local back = math.min(tonumber(ARGV[2]), held[1] == ARGV[10] and tonumber(held[2]) or 0)
if back > 0 then
  take('h', hourSlice, held[3], back)
  take('m', minuteSlice, held[3], back)
  redis.call('HINCRBY', KEYS[1], 'spare', -back)
end
if ARGV[11] ~= '' then
  local answered = tonumber(ARGV[12])
  take('h', hourSlice, ARGV[11], answered)
  take('m', minuteSlice, ARGV[11], answered)
  redis.call('HINCRBY', KEYS[1], string.format('h:%d', math.floor(now / hourSlice)), answered)
  redis.call('HINCRBY', KEYS[1], string.format('m:%d', math.floor(now / minuteSlice)), answered)
end

local function own(prefix, slice, span)
  local sum = 0
  local flat = redis.call('HGETALL', KEYS[1])
  for i = 1, #flat, 2 do
    local at = string.match(flat[i], '^' .. prefix .. ':(%d+)$')
    if at and (tonumber(at) + 1) * slice + span > now then sum = sum + tonumber(flat[i + 1]) end
  end
  return sum
end
local open = tonumber(ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'limit', ARGV[5]) end
if ARGV[6] ~= '' then
  local limit = tonumber(redis.call('HGET', KEYS[1], 'limit') or 3600)
  local used = limit - tonumber(ARGV[6])
  local foreign = math.max(0, used - math.max(0, own('h', hourSlice, window) - open))
  redis.call('HSET', KEYS[1], 'foreign', foreign, 'foreignAt', string.format('%.0f', now), 'remaining', ARGV[6], 'observedAt', string.format('%.0f', now))
end
if ARGV[7] ~= '' then redis.call('HSET', KEYS[1], 'minuteLimit', ARGV[7]) end
if ARGV[8] ~= '' then
  local limit = tonumber(redis.call('HGET', KEYS[1], 'minuteLimit') or 0)
  local used = limit - tonumber(ARGV[8])
  local foreign = math.max(0, used - math.max(0, own('m', minuteSlice, MINUTE) - open))
  redis.call('HSET', KEYS[1], 'minuteForeign', foreign, 'minuteForeignAt', string.format('%.0f', now))
end
if ARGV[9] ~= '' then
  local quiet = tonumber(redis.call('HGET', KEYS[1], 'quietUntil') or 0)
  local untilMs = now + tonumber(ARGV[9])
  if untilMs > quiet then redis.call('HSET', KEYS[1], 'quietUntil', string.format('%.0f', untilMs)) end
end
return 1
