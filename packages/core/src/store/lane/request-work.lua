-- Asks for a member to be converged now, whether or not a difference is known. Requests are counted: a request that is made while the
-- member's job runs is still there when the job ends. One that is limited is counted against its limits in the same step, so none is counted and not recorded.
-- KEYS[1] lease  [2] rosters of the lane  [3] work  [4] outbox  [5] desired  [6] timeline  [7] when the rosters were made
--     then for each window of a limit: sorted set of what was counted
-- ARGV[1] roster id  [2] member id  [3] ref  [4] fresh|invite  [5] timeline entry  [6] timeline entries kept
--     [7] when the roster was made (ms), or empty for whichever has the id  [8] a unique word for the request
--     then per window: length (ms), limit
-- Returns { found (0|1), leased (0|1), ms to wait where there were too many: then nothing is recorded }
if not isHere(KEYS[2], KEYS[7], ARGV[1], ARGV[7]) or redis.call('HEXISTS', KEYS[5], ARGV[2]) == 0 then return { 0, 0, 0 } end
local sets, windows = {}, {}
for i = 8, #KEYS do sets[i - 7] = KEYS[i] end
for i = 9, #ARGV do windows[i - 8] = ARGV[i] end
local wait = countWindows(sets, windows, ARGV[8], 1, nowMs(''))
if wait > 0 then return { 1, 0, wait } end
local work = redis.call('HGET', KEYS[3], ARGV[3])
local entry = work and cjson.decode(work) or { r = ARGV[1], m = ARGV[2] }
entry[ARGV[4]] = (entry[ARGV[4]] or 0) + 1
redis.call('HSET', KEYS[3], ARGV[3], cjson.encode(entry))
redis.call('ZADD', KEYS[4], arrival(), ARGV[1] .. '\0' .. ARGV[2])
redis.call('HSET', KEYS[6], ARGV[2], prependLine(redis.call('HGET', KEYS[6], ARGV[2]), ARGV[5], tonumber(ARGV[6])))
return { 1, redis.call('EXISTS', KEYS[1]), 0 }
