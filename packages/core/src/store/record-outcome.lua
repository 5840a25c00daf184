-- Records what came of one member, if the lease is still ours. A newer desired state keeps its work and its status.
-- KEYS[1] lease  [2] work  [3] desired  [4] observed  [5] status  [6] timeline  [7] testers of the app  [8] parked  [9] facts
-- ARGV[1] token  [2] member id  [3] ref  [4] desired version this is about  [5] observed (JSON)  [6] status index
--     [7] timeline entry, or empty  [8] timeline entries kept  [9] done|later|parked|failed:<job id>
--     [10] fact that upstream is told (JSON), or empty
--     [11] address or empty, [12] its tester id, or empty when Apple no longer has one, and so on in pairs
-- Returns recorded|newer|lost
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
local json = redis.call('HGET', KEYS[3], ARGV[2])
redis.call('HSET', KEYS[4], ARGV[2], ARGV[5])
if ARGV[7] ~= '' then
  redis.call('HSET', KEYS[6], ARGV[2], prependLine(redis.call('HGET', KEYS[6], ARGV[2]), ARGV[7], tonumber(ARGV[8])))
end
if ARGV[10] ~= '' then redis.call('RPUSH', KEYS[9], ARGV[10]) end
for i = 11, #ARGV, 2 do
  if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[7], ARGV[i]) else redis.call('HSET', KEYS[7], ARGV[i], ARGV[i + 1]) end
end
local version = json and string.match(json, '"version":(%d+)')
if version and version ~= ARGV[4] then return 'newer' end
redis.call('ZADD', KEYS[5], ARGV[6], ARGV[2])
if ARGV[9] == 'done' then
  redis.call('HDEL', KEYS[2], ARGV[3])
elseif ARGV[9] == 'parked' then
  redis.call('HDEL', KEYS[2], ARGV[3])
  redis.call('SADD', KEYS[8], ARGV[2])
elseif string.sub(ARGV[9], 1, 7) == 'failed:' then
  local work = redis.call('HGET', KEYS[2], ARGV[3])
  if work then
    local entry = cjson.decode(work)
    entry.failed = string.sub(ARGV[9], 8)
    redis.call('HSET', KEYS[2], ARGV[3], cjson.encode(entry))
  end
end
return 'recorded'
