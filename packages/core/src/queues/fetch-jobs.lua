-- Fetches jobs as BullMQ 6.7 fetches one (moveToActive), many in one step: sleeping jobs that are due wait again, then those in front are
-- active, locked by the visit. In whose hand a worker died, is fetched with others of as many deaths only, and few of them. Left out is what
-- nothing here reads or uses: the events, rate limits, and the marker, since no worker blocks.
-- KEYS[1] wait  [2] active  [3] prioritized  [4] delayed  [5] meta  [6] counter of the prioritized
-- ARGV[1] what stands before a job's id in its key  [2] token  [3] locked for (ms)  [4] now (ms)  [5] how many at most
--     then how many together at most after no death, after one, …; beyond these one alone
-- Returns { id, name, data (JSON), options (JSON), attempts that failed, attempts begun, deaths, priority, stack traces (JSON, or empty) } for each
local jobs, now, limit = ARGV[1], ARGV[4], tonumber(ARGV[5])
local FIRST_BOUND = 6
-- BullMQ's score of a sleeping job is its time in ms and, behind that, a number that keeps equal ones in order.
local due = redis.call('ZRANGEBYSCORE', KEYS[4], 0, (tonumber(now) + 1) * 0x1000 - 1, 'LIMIT', 0, 1000)
if #due > 0 then
  redis.call('ZREM', KEYS[4], unpack(due))
  for _, id in ipairs(due) do
    local priority = tonumber(redis.call('HGET', jobs .. id, 'priority')) or 0
    if priority == 0 then
      redis.call('LPUSH', KEYS[1], id)
    else
      redis.call('ZADD', KEYS[3], priority * 0x100000000 + redis.call('INCR', KEYS[6]) % 0x100000000, id)
    end
    redis.call('HSET', jobs .. id, 'delay', 0)
  end
end
local meta = redis.call('HMGET', KEYS[5], 'paused', 'concurrency')
if meta[1] then return {} end
if meta[2] then limit = math.min(limit, tonumber(meta[2]) - redis.call('LLEN', KEYS[2])) end
if limit <= 0 then return {} end

local taken, fetched, stalls = {}, {}, nil
-- False where it stays. An id without a job is only taken out of its list.
local function take(id)
  if #taken >= limit then return false end
  local job = jobs .. id
  local name, data, options, failed, begun, died, priority, trace =
    unpack(redis.call('HMGET', job, 'name', 'data', 'opts', 'atm', 'ats', 'stc', 'priority', 'stacktrace'))
  if not name then return true end
  local deaths = tonumber(died) or 0
  if not stalls then
    stalls = deaths
    limit = math.min(limit, tonumber(ARGV[FIRST_BOUND + deaths]) or 1)
  end
  if deaths ~= stalls then return false end
  redis.call('SET', job .. ':lock', ARGV[2], 'PX', ARGV[3])
  redis.call('HSET', job, 'processedOn', now, 'ats', (tonumber(begun) or 0) + 1)
  fetched[#fetched + 1] = id
  taken[#taken + 1] = {
    id, name, data or '{}', options or '{}', tonumber(failed) or 0, (tonumber(begun) or 0) + 1, deaths, tonumber(priority) or 0, trace or '',
  }
  return true
end
local waiting = redis.call('LRANGE', KEYS[1], -limit, -1)
local left = #waiting
while left > 0 and take(waiting[left]) do left = left - 1 end
if left < #waiting then redis.call('LTRIM', KEYS[1], 0, left - #waiting - 1) end
if left == 0 and #taken < limit then
  local bulk = redis.call('ZRANGE', KEYS[3], 0, limit - #taken - 1)
  local count = 0
  while count < #bulk and take(bulk[count + 1]) do count = count + 1 end
  if count > 0 then redis.call('ZREMRANGEBYRANK', KEYS[3], 0, count - 1) end
  if redis.call('EXISTS', KEYS[3]) == 0 then redis.call('DEL', KEYS[6]) end
end
if #fetched > 0 then redis.call('LPUSH', KEYS[2], unpack(fetched)) end
return taken
