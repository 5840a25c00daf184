-- Notes who has which address, of those recorded since (record-changes.lua notes them), from their newest record. Searches look through
-- the records themselves.
-- KEYS[1] unindexed  [2] index  [3] desired
-- ARGV[1] how many at most  [2] 1 for the short form, 0 for that of before
-- Returns how many are left
local ids = redis.call('LPOP', KEYS[1], ARGV[1])
if not ids then return 0 end
for i, text in ipairs(redis.call('HMGET', KEYS[3], unpack(ids))) do
  local address = text and addressOf(ids[i], readTail(readDesired(text).tail))
  if address and ARGV[2] == '1' then addHolder(KEYS[2], address, ids[i])
  elseif address then redis.call('ZADD', KEYS[2], 0, 'e:' .. address .. '\0' .. ids[i]) end
end
return redis.call('LLEN', KEYS[1])
