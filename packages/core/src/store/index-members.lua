-- Makes the entries by which members are found by their address, of those recorded since (record-changes.lua notes them), from their
-- newest record. Searches look through the records themselves.
-- KEYS[1] unindexed  [2] index  [3] desired
-- ARGV[1] how many at most
-- Returns how many are left
local ids = redis.call('LPOP', KEYS[1], ARGV[1])
if not ids then return 0 end
local entries = {}
for i, text in ipairs(redis.call('HMGET', KEYS[3], unpack(ids))) do
  if text then
    for _, entry in ipairs(indexEntries(ids[i], readTail(readDesired(text).tail))) do
      if string.sub(entry, 1, 2) == 'e:' then
        entries[#entries + 1] = '0'
        entries[#entries + 1] = entry
      end
    end
  end
end
if #entries > 0 then redis.call('ZADD', KEYS[2], unpack(entries)) end
return redis.call('LLEN', KEYS[1])
