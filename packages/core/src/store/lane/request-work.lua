-- Asks for a member to be converged now, whether or not a difference is known. Requests are counted: a request that is made while the
-- member's job runs is still there when the job ends.
-- KEYS[1] lease  [2] rosters of the lane  [3] work  [4] outbox  [5] desired  [6] timeline
-- ARGV[1] roster id  [2] member id  [3] ref  [4] fresh|invite  [5] timeline entry  [6] timeline entries kept
-- Returns { found (0|1), leased (0|1) }
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 0 or redis.call('HEXISTS', KEYS[5], ARGV[2]) == 0 then return { 0, 0 } end
local work = redis.call('HGET', KEYS[3], ARGV[3])
local entry = work and cjson.decode(work) or { r = ARGV[1], m = ARGV[2] }
entry[ARGV[4]] = (entry[ARGV[4]] or 0) + 1
redis.call('HSET', KEYS[3], ARGV[3], cjson.encode(entry))
redis.call('ZADD', KEYS[4], arrival(), ARGV[1] .. '\0' .. ARGV[2])
redis.call('HSET', KEYS[6], ARGV[2], prependLine(redis.call('HGET', KEYS[6], ARGV[2]), ARGV[5], tonumber(ARGV[6])))
return { 1, redis.call('EXISTS', KEYS[1]) }
