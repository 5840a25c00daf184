-- For scripts that write or read which members have an address (lower-cased): a digest of it → their ids, separated by NULs, in hashes so small
-- that Redis stores each as one piece of memory (hash-max-listpack-entries), a third of what separate entries would take. What an older
-- release may still read lies in a sorted set under `key` itself: `e:<address>\0<id>`, and in 0.1.0 entries by id and name besides.
local PARTS = 1024

local function placeOf(key, address)
  local digest = redis.sha1hex(address)
  return key .. ':' .. tonumber(string.sub(digest, 1, 8), 16) % PARTS, string.sub(digest, 9, 24)
end

local former = {}
local function hasFormer(key)
  if former[key] == nil then former[key] = redis.call('EXISTS', key) == 1 end
  return former[key]
end

-- A record names its entries where lower case can't be made of bytes alone.
local function addressOf(id, record)
  for _, entry in ipairs(record.index or {}) do
    if string.sub(entry, 1, 2) == 'e:' then return string.sub(entry, 3, #entry - #id - 1) end
  end
  return not record.index and type(record.email) == 'string' and string.lower(record.email) or nil
end

local function entriesOf(id, record)
  if record.index then return record.index end
  local suffix = '\0' .. id
  local entries = { 'i:' .. string.lower(id) .. suffix }
  local email, first, last = record.email, record.firstName, record.lastName
  if type(email) == 'string' then entries[#entries + 1] = 'e:' .. string.lower(email) .. suffix end
  local names = {}
  if type(first) == 'string' and first ~= '' then names[#names + 1] = first end
  if type(last) == 'string' and last ~= '' then names[#names + 1] = last end
  if #names > 0 then entries[#entries + 1] = 'n:' .. string.sub(string.lower(table.concat(names, ' ')), 1, 64) .. suffix end
  return entries
end

local function readHolders(key, address, skipped)
  local place, field = placeOf(key, address)
  local ids, found = {}, redis.call('HGET', place, field)
  for id in string.gmatch(found or '', '[^%z]+') do
    if id ~= skipped then ids[#ids + 1] = id end
  end
  return ids, place, field
end

local function addHolder(key, address, id)
  local ids, place, field = readHolders(key, address, id)
  ids[#ids + 1] = id
  redis.call('HSET', place, field, table.concat(ids, '\0'))
end

-- Removes a member's entries, in whichever form they are.
local function removeHolder(key, id, record)
  local address = addressOf(id, record)
  if address then
    local ids, place, field = readHolders(key, address, id)
    if #ids == 0 then redis.call('HDEL', place, field) else redis.call('HSET', place, field, table.concat(ids, '\0')) end
  end
  if hasFormer(key) then redis.call('ZREM', key, unpack(entriesOf(id, record))) end
end
