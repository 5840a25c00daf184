-- Makes jobs as BullMQ 6.7 makes them (addStandardJob, addPrioritizedJob), many in one step. Left out is what nothing here reads: the events
-- `added` and `waiting`, and the counter of ids, since every job brings its own. Who has a job keeps it.
-- KEYS[1] wait  [2] prioritized  [3] counter of the prioritized  [4] marker  [5] meta  [6] active
-- ARGV[1] what stands before a job's id in its key  [2] name  [3] when they were made (ms)
--     then for each of the three kinds (1: next of all, 2: in order, 3: behind all others) its priority, and its options (JSON) before and
--     behind the job's id
--     then kind, id, data (JSON) for each job
local FIRST_KIND, KIND_WORDS, KINDS = 4, 3, 3
local FRONT, BEHIND = 1, 3
local front, back, behind = {}, {}, {}
local made, named = {}, {}
for i = FIRST_KIND + KIND_WORDS * KINDS, #ARGV, 3 do named[#named + 1] = ARGV[1] .. ARGV[i + 1] end
-- Nearly always nobody has one.
local isAnyThere = #named > 0 and redis.call('EXISTS', unpack(named)) > 0
for i = FIRST_KIND + KIND_WORDS * KINDS, #ARGV, 3 do
  local kind, id = tonumber(ARGV[i]), ARGV[i + 1]
  local job, words = ARGV[1] .. id, FIRST_KIND + KIND_WORDS * (kind - 1)
  if not made[id] and not (isAnyThere and redis.call('EXISTS', job) == 1) then
    made[id] = true
    local priority, options = ARGV[words], ARGV[words + 1] .. id .. ARGV[words + 2]
    redis.call('HSET', job, 'name', ARGV[2], 'data', ARGV[i + 2], 'opts', options, 'timestamp', ARGV[3], 'delay', 0, 'priority', priority)
    local list = kind == FRONT and front or kind == BEHIND and behind or back
    list[#list + 1] = id
  end
end
if #front > 0 then redis.call('RPUSH', KEYS[1], unpack(front)) end
if #back > 0 then redis.call('LPUSH', KEYS[1], unpack(back)) end
if #behind > 0 then
  local last = redis.call('INCRBY', KEYS[3], #behind)
  local priority = tonumber(ARGV[FIRST_KIND + KIND_WORDS * (BEHIND - 1)])
  local scored = {}
  for i, id in ipairs(behind) do
    scored[2 * i - 1], scored[2 * i] = priority * 0x100000000 + (last - #behind + i) % 0x100000000, id
  end
  redis.call('ZADD', KEYS[2], unpack(scored))
end
if #front + #back + #behind > 0 then
  local meta = redis.call('HMGET', KEYS[5], 'paused', 'concurrency')
  local isHeld = meta[1] or (meta[2] and redis.call('LLEN', KEYS[6]) >= tonumber(meta[2]))
  if not isHeld then redis.call('ZADD', KEYS[4], 0, '0') end
end
