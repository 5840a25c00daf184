-- Puts facts on their way to one webhook. One that is there already is left alone, so a repeat has no effect.
-- KEYS[1] deliveries  [2] log  [3] line  [4] places  [5] due  [6] health
-- ARGV[1] now (ms)  then per delivery: id, subject, the delivery (JSON)
-- Returns how many were new.
local added = 0
for i = 2, #ARGV, 3 do
  local id, subject = ARGV[i], ARGV[i + 1]
  if redis.call('HSETNX', KEYS[1], id, ARGV[i + 2]) == 1 then
    added = added + 1
    local order = redis.call('HINCRBY', KEYS[6], 'order', 1)
    redis.call('ZADD', KEYS[2], order, id)
    local place = subject .. '\0' .. string.format('%015d', order) .. '\0' .. id
    redis.call('HSET', KEYS[4], id, place)
    redis.call('ZADD', KEYS[3], 0, place)
    local first = redis.call('ZRANGEBYLEX', KEYS[3], '[' .. subject .. '\0', '(' .. subject .. '\1', 'LIMIT', 0, 1)
    if first[1] == place then redis.call('ZADD', KEYS[5], ARGV[1], id) end
  end
end
return added
