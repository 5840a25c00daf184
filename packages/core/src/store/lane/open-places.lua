-- For members who get a job each: notes the member of each ref, and returns the jobs that exist. The id of a member's job is the ref, so
-- there can't be two; a finished one is replaced. (A job of 0.1.0 has a number; its ref leads to it by BullMQ's deduplication key.)
-- KEYS[1] work  [2] active  [3] prioritized  [4] delayed  [5] completed  [6] failed
-- ARGV[1] what stands before a job's id in its key  then ref, work of a member without marks (JSON) for each
-- Returns state (none|active|prioritized|delayed|waiting), id of the job for each
local jobs = ARGV[1]

local function forgetOver(id) return forgetFinished(KEYS[5], KEYS[6], jobs, id) end

local function findJob(ref)
  if redis.call('EXISTS', jobs .. ref) == 1 then return ref end
  local numbered = redis.call('GET', jobs .. 'de:' .. ref)
  if numbered and redis.call('EXISTS', jobs .. numbered) == 1 then return numbered end
end

local function stateOf(id)
  if redis.call('ZSCORE', KEYS[4], id) then return 'delayed' end
  if redis.call('ZSCORE', KEYS[3], id) then return 'prioritized' end
  if redis.call('LPOS', KEYS[2], id) then return 'active' end
  return 'waiting'
end

local answer = {}
for i = 2, #ARGV, 2 do
  local ref = ARGV[i]
  local json = redis.call('HGET', KEYS[1], ref)
  if not json then
    redis.call('HSET', KEYS[1], ref, ARGV[i + 1])
  elseif string.find(json, '"failed"', 1, true) then
    -- As 0.1.0 noted it. After a move the same number may be another member's job, so the member is read from the job.
    local entry = cjson.decode(json)
    local data = redis.call('HGET', jobs .. entry.failed, 'data')
    if data and string.find(data, '"ref":"' .. ref .. '"', 1, true) then forgetOver(entry.failed) end
    entry.failed = nil
    redis.call('HSET', KEYS[1], ref, cjson.encode(entry))
  end
  local id = findJob(ref)
  if id and forgetOver(id) then id = nil end
  answer[#answer + 1] = id and stateOf(id) or 'none'
  answer[#answer + 1] = id or ''
end
return answer
