-- For scripts that entries of the index concern: that of a member's address, lower-cased, the member id behind a NUL, and those by id and
-- name that release 0.1.0 made, which are only removed. A record names them itself where they can't be made of bytes alone.
local function indexEntries(id, record)
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
