-- For members who get a job each: notes the member of each ref, and returns the jobs that exist. The id of a member's job is the ref, so
-- there can't be two; a finished one is replaced. (A job of 0.1.0 has a number; its ref leads to it by BullMQ's deduplication key.)
-- KEYS[1] work  [2] active  [3] prioritized  [4] delayed  [5] completed  [6] failed
-- ARGV[1] what stands before a job's id in its key  then ref, work of a member without marks (JSON) for each,
--     a thousand at most
-- Returns state (none|active|prioritized|delayed|waiting), id of the job for each
local jobs = ARGV[1]

local function forgetOver(id) return forgetFinished(KEYS[5], KEYS[6], jobs, id) end

local function stateOf(id)
  if redis.call('ZSCORE', KEYS[4], id) then return 'delayed' end
  if redis.call('ZSCORE', KEYS[3], id) then return 'prioritized' end
  if redis.call('LPOS', KEYS[2], id) then return 'active' end
  return 'waiting'
end

-- A step may hold a thousand, nearly all of them without a job: what is the same for all is asked once.
local refs, named, numbers = {}, {}, {}
for i = 2, #ARGV, 2 do
  local at = i / 2
  refs[at], named[at], numbers[at] = ARGV[i], jobs .. ARGV[i], jobs .. 'de:' .. ARGV[i]
end
local known, noted = redis.call('HMGET', KEYS[1], unpack(refs)), {}
for at, ref in ipairs(refs) do
  local json = known[at]
  if not json then
    noted[#noted + 1] = ref
    noted[#noted + 1] = ARGV[2 * at + 1]
  elseif string.find(json, '"failed"', 1, true) then
    -- As 0.1.0 noted it. After a move the same number may be another member's job, so the member is read from the job.
    local entry = cjson.decode(json)
    local data = redis.call('HGET', jobs .. entry.failed, 'data')
    if data and string.find(data, '"ref":"' .. ref .. '"', 1, true) then forgetOver(entry.failed) end
    entry.failed = nil
    redis.call('HSET', KEYS[1], ref, cjson.encode(entry))
  end
end
if #noted > 0 then redis.call('HSET', KEYS[1], unpack(noted)) end

local numbered = redis.call('MGET', unpack(numbers))
local isAnyNamed = redis.call('EXISTS', unpack(named)) > 0
local answer = {}
for at, ref in ipairs(refs) do
  local id
  if isAnyNamed and redis.call('EXISTS', named[at]) == 1 then id = ref
  elseif numbered[at] and redis.call('EXISTS', jobs .. numbered[at]) == 1 then id = numbered[at] end
  if id and forgetOver(id) then id = nil end
  answer[2 * at - 1] = id and stateOf(id) or 'none'
  answer[2 * at] = id or ''
end
return answer
