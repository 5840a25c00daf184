-- Asks for a member to be converged now, whether or not anything is known to differ.
-- KEYS[1] lease  [2] rosters of the lane  [3] work  [4] outbox  [5] desired  [6] timeline
-- ARGV[1] now (ms)  [2] roster id  [3] member id  [4] ref  [5] fresh|invite  [6] timeline entry  [7] timeline entries kept
-- Returns { found (0|1), leased (0|1) }
if redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 0 or redis.call('HEXISTS', KEYS[5], ARGV[3]) == 0 then return { 0, 0 } end
local work = redis.call('HGET', KEYS[3], ARGV[4])
local entry = work and cjson.decode(work) or { r = ARGV[2], m = ARGV[3] }
entry[ARGV[5]] = 1
redis.call('HSET', KEYS[3], ARGV[4], cjson.encode(entry))
redis.call('ZADD', KEYS[4], 'NX', ARGV[1], ARGV[2] .. '\0' .. ARGV[3])
redis.call('HSET', KEYS[6], ARGV[3], prependLine(redis.call('HGET', KEYS[6], ARGV[3]), ARGV[6], tonumber(ARGV[7])))
return { 1, redis.call('EXISTS', KEYS[1]) }
