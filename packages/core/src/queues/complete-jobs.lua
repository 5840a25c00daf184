-- Ends jobs as BullMQ 6.7 ends one (moveToFinished, completed), many in one step. Left out is what nothing here reads or uses: events, parents,
-- metrics.
-- KEYS[1] active  [2] completed
-- ARGV[1] what stands before a job's id in its key  [2] token  [3] now (ms)  [4] completed jobs that are kept  [5] return value (JSON)
--     then the jobs' ids
-- Returns for each: ok | missing | unlocked | inactive
local jobs, kept = ARGV[1], tonumber(ARGV[4])
local answer = {}
local function complete(id)
  local job = jobs .. id
  local hash = redis.call('HMGET', job, 'deid', 'atm')
  if redis.call('EXISTS', job) == 0 then return 'missing' end
  if redis.call('GET', job .. ':lock') ~= ARGV[2] then return 'unlocked' end
  if redis.call('LREM', KEYS[1], -1, id) == 0 then return 'inactive' end
  redis.call('DEL', job .. ':lock')
  -- A job of 0.1.0.
  if hash[1] and redis.call('GET', jobs .. 'de:' .. hash[1]) == id then redis.call('DEL', jobs .. 'de:' .. hash[1]) end
  redis.call('HSET', job, 'atm', (tonumber(hash[2]) or 0) + 1, 'returnvalue', ARGV[5], 'finishedOn', ARGV[3])
  redis.call('ZADD', KEYS[2], ARGV[3], id)
  return 'ok'
end
for i = 6, #ARGV do answer[#answer + 1] = complete(ARGV[i]) end
local over = redis.call('ZREVRANGE', KEYS[2], kept, -1)
for _, id in ipairs(over) do redis.call('DEL', jobs .. id, jobs .. id .. ':logs') end
if #over > 0 then redis.call('ZREMRANGEBYRANK', KEYS[2], 0, -kept - 1) end
return answer
