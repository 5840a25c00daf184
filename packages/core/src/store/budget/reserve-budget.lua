-- Reserves calls of a team key's quota: a rolling hour (and minute, where Apple names one), shared by all workers.
-- Own calls are counted in slices of the window; calls of others are those that Apple's header counts beyond our own.
-- KEYS[1] budget
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] calls wanted  [3] window (ms)  [4] share kept back (0..1)
--     [5] default limit of the window  [6] the visit that holds them until each is begun, or empty for calls that go out now
-- Fields: limit, foreign, foreignAt, minuteLimit, minuteForeign, minuteForeignAt, quietUntil, h:<slice>, m:<slice>;
--     holder, spare, spareAt: the visit with reserved calls that it has not sent, how many, and when it reserved them (ms)
-- Returns { granted, next useful visit (ms; 0 when granted), now (ms) }
local now, wanted, window = nowMs(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local SLICES, MINUTE, MINUTE_SLICES = 240, 60000, 24
if window < MINUTE then MINUTE = window end
local hourSlice, minuteSlice = window / SLICES, MINUTE / MINUTE_SLICES
local flat = redis.call('HGETALL', KEYS[1])
local state = {}
for i = 1, #flat, 2 do state[flat[i]] = flat[i + 1] end

-- A visit reserves again all calls that it wants. Calls that are still reserved go back first: its own, so that the minute counts
-- them from now on, or those of a dead visit, which can send none, since another worker has the lease.
local holder = ARGV[6] or ''
if holder ~= '' then
  for prefix, slice in pairs({ h = hourSlice, m = minuteSlice }) do
    local field = string.format('%s:%d', prefix, math.floor(tonumber(state.spareAt or 0) / slice))
    local back = math.min(tonumber(state[field] or 0), tonumber(state.spare or 0))
    if back > 0 then state[field] = redis.call('HINCRBY', KEYS[1], field, -back) end
  end
  redis.call('HSET', KEYS[1], 'holder', holder, 'spare', 0)
end

local hour, minute, gone, slices = 0, 0, {}, {}
for name, value in pairs(state) do
  local kind, at = string.match(name, '^([hm]):(%d+)$')
  if kind then
    local slice = kind == 'h' and hourSlice or minuteSlice
    -- A call counts in the slice in which it was reserved, and once it is answered in the slice of the answer: by then
    -- it has arrived at Apple, so it never leaves our window before it leaves Apple's.
    local leaves = (tonumber(at) + 1) * slice + (kind == 'h' and window or MINUTE)
    if leaves <= now then gone[#gone + 1] = name
    elseif kind == 'h' then
      hour = hour + tonumber(value)
      slices[#slices + 1] = { leaves, tonumber(value) }
    else
      minute = minute + tonumber(value)
    end
  end
end
if #gone > 0 then redis.call('HDEL', KEYS[1], unpack(gone)) end

local quiet = tonumber(state.quietUntil or 0)
if quiet > now then return { 0, quiet, now } end

local limit = tonumber(state.limit or ARGV[5])
local foreign = tonumber(state.foreign or 0)
local foreignLeaves = tonumber(state.foreignAt or 0) + window
if foreignLeaves <= now then foreign = 0 end
local kept = math.ceil(limit * tonumber(ARGV[4]))
local left = limit - kept - hour - foreign
local granted = math.max(0, math.min(wanted, left))
-- Near the limit, an old answer of Apple says little about others who use the key: they may have taken a tenth of the quota in an
-- hour, or as much as before, and a few calls bring a fresh answer.
local age, unseen = now - tonumber(state.observedAt or 0), 0
if age > math.max(window / 60, 200) and left < limit * 0.3 then
  unseen = math.ceil(math.max(limit * 0.1, foreign) * math.min(1, age / window))
  granted = math.max(0, math.min(granted, 4, left - unseen))
end
local nextAt = 0
if granted == 0 then
  -- Not for each single call that leaves the window: a visit is worth it from half a slice on.
  nextAt = now + math.max(50, hourSlice / 2)
  table.sort(slices, function(a, b) return a[1] < b[1] end)
  local missing = 1 - left + unseen
  if foreign > 0 then slices[#slices + 1] = { foreignLeaves, foreign }; table.sort(slices, function(a, b) return a[1] < b[1] end) end
  for _, slice in ipairs(slices) do
    missing = missing - slice[2]
    if missing <= 0 then nextAt = math.max(nextAt, slice[1]) break end
  end
end
if granted > 0 and state.minuteLimit then
  local limitM = tonumber(state.minuteLimit)
  local foreignM = tonumber(state.minuteForeign or 0)
  if tonumber(state.minuteForeignAt or 0) + MINUTE <= now then foreignM = 0 end
  granted = math.max(0, math.min(granted, limitM - math.ceil(limitM * tonumber(ARGV[4])) - minute - foreignM))
  if granted == 0 then nextAt = now + minuteSlice end
end
if granted > 0 then
  redis.call('HINCRBY', KEYS[1], string.format('h:%d', math.floor(now / hourSlice)), granted)
  redis.call('HINCRBY', KEYS[1], string.format('m:%d', math.floor(now / minuteSlice)), granted)
  if holder ~= '' then redis.call('HSET', KEYS[1], 'spare', granted, 'spareAt', string.format('%.0f', now)) end
end
return { granted, math.ceil(nextAt), now }
