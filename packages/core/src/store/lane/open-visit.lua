-- Takes the lease of a lane, unless another worker holds it, the next turn is promised to another process, or the lane is stopped. The worker that fetched active jobs is
-- dead then, since jobs end before the lease does: they wait again, and the death is counted for each.
-- KEYS[1] lease  [2] lane  [3] active jobs  [4] waiting jobs  [5] prioritized jobs  [6] schedule  [7] promised  [8] sleeping jobs
--     [9] failed jobs  [10] enqueuing  [11..13] outboxes, the most urgent one first
--     then, where the lane is claimed in this step, the ready set and the lanes that are held
-- ARGV[1] token  [2] lease (ms)  [3] what stands before a job's id in its key  [4] task that proves the lane's law
--     [5] how many recorded changes to name at most
--     then, where the lane is claimed in this step, its id, claimed for (ms), held for (ms)
-- Returns { 'unclaimed' } where the lane is not due, else until when it is claimed (ms; empty where it was before), and
--     { 'busy', ms left } | { 'paused' } | { 'opened', jobs of the dead, { jobs that wait, prioritized, sleeping, failed },
--     recorded changes as { { word, arrival, … }, { … }, { … } }, or none where another makes jobs or there are more, lane hash }
local now = nowMs('')
local untilMs = ''
if KEYS[14] then
  if not isDue(KEYS[14], ARGV[6], now) then return { 'unclaimed' } end
  untilMs = claim(KEYS[14], KEYS[15], ARGV[6], now, tonumber(ARGV[7]), tonumber(ARGV[8]))
end
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return { untilMs, 'busy', redis.call('PTTL', KEYS[1]) } end
local promised = redis.call('GET', KEYS[7])
if promised and promised ~= ARGV[1] then return { untilMs, 'busy', redis.call('PTTL', KEYS[7]) } end
local dead = requeueActive(KEYS[3], KEYS[4], KEYS[5], ARGV[3], true)
-- A dead worker may have left more than its jobs. A lane that was never checked is not urgent.
if dead > 0 then
  redis.call('ZADD', KEYS[6], 'LT', now, ARGV[4])
elseif not redis.call('ZSCORE', KEYS[6], ARGV[4]) then
  redis.call('ZADD', KEYS[6], now + 60000, ARGV[4])
end
if redis.call('HGET', KEYS[2], 'paused') == '1' then return { untilMs, 'paused' } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local jobs = {
  redis.call('LLEN', KEYS[4]), redis.call('ZCARD', KEYS[5]), redis.call('ZCARD', KEYS[8]), redis.call('ZCARD', KEYS[9]),
}
local recorded = {}
if countRecorded(11) <= tonumber(ARGV[5]) and redis.call('EXISTS', KEYS[10]) == 0 then
  for i = 11, 13 do recorded[i - 10] = redis.call('ZRANGE', KEYS[i], 0, -1, 'WITHSCORES') end
end
return { untilMs, 'opened', dead, jobs, recorded, redis.call('HGETALL', KEYS[2]) }
