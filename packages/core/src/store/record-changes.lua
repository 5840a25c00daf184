-- Records membership changes of one team key: desired state, outbox, dedup marks, index and timeline, in one atomic step.
-- Reads each member once and writes each structure once, however many changes a batch holds.
-- KEYS[1] lease  [2] rosters of the lane  [3] outbox now  [4] outbox interactive  [5] outbox bulk
--     [6] seen, this period  [7] seen, the period before  [8] revisions
--     then six for each roster: desired, observed, status, index, timeline, parked
-- ARGV[1] now (ms), or empty for Redis's own clock  [2] ms until this period's dedup marks may go  [3] timeline entries kept
--     [4] number of rosters, then their ids, then all changes as one JSON array (one long argument is read far faster than
--     ten thousand short ones), each: [roster (1-based), member id, time (ms) or false, join|update|leave, outbox (3|4|5),
--     dedup digest or false, address or null, first name or null, last name or null, [index entries], timeline entry]
-- Returns { leased (0|1), now, then per change: accepted|duplicate|stale|gone|future, version or 0 }
local now = ARGV[1]
if now == '' then
  local t = redis.call('TIME')
  now = t[1] .. string.format('%03d', math.floor(tonumber(t[2]) / 1000))
end
local nowMs = tonumber(now)
local keep = tonumber(ARGV[3])
local rosterCount = tonumber(ARGV[4])
local PER_ROSTER, FUTURE_MS = 6, 600000
local ROSTER, MEMBER, TIME, KIND, OUTBOX, DIGEST, EMAIL, FIRST, LAST, INDEX, ENTRY = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
local PENDING, WAITING = 0, 1

local rosters = {}
for i = 1, rosterCount do
  local base = 8 + (i - 1) * PER_ROSTER
  rosters[i] = {
    here = redis.call('SISMEMBER', KEYS[2], ARGV[4 + i]) == 1,
    id = ARGV[4 + i],
    desired = KEYS[base + 1], status = KEYS[base + 3], index = KEYS[base + 4], timeline = KEYS[base + 5],
    wanted = {}, order = {}, records = {}, lines = {}, changed = {}, added = {},
  }
end

-- Lua's unpack is bounded by its stack, so long argument lists go in slices.
local function inSlices(list, command, key, option)
  for from = 1, #list, 4000 do
    local to = math.min(from + 3999, #list)
    if option then redis.call(command, key, option, unpack(list, from, to)) else redis.call(command, key, unpack(list, from, to)) end
  end
end

local changes = cjson.decode(ARGV[5 + rosterCount])
local encode = cjson.encode

-- Read every member and every dedup mark in few calls.
for _, change in ipairs(changes) do
  local roster, id = rosters[change[ROSTER]], change[MEMBER]
  if roster.here and not roster.wanted[id] then
    roster.wanted[id] = true
    roster.order[#roster.order + 1] = id
  end
end
for _, roster in ipairs(rosters) do
  for from = 1, #roster.order, 4000 do
    local to = math.min(from + 3999, #roster.order)
    local found = redis.call('HMGET', roster.desired, unpack(roster.order, from, to))
    local lines = redis.call('HMGET', roster.timeline, unpack(roster.order, from, to))
    for i = from, to do
      local json = found[i - from + 1]
      if json then roster.records[roster.order[i]] = cjson.decode(json) end
      roster.lines[roster.order[i]] = lines[i - from + 1] or ''
    end
  end
end

local marks, marked = {}, {}
local digests = {}
for _, change in ipairs(changes) do
  if change[DIGEST] then digests[#digests + 1] = change[DIGEST] end
end
for _, key in ipairs({ KEYS[6], KEYS[7] }) do
  for from = 1, #digests, 4000 do
    local to = math.min(from + 3999, #digests)
    local seen = redis.call('SMISMEMBER', key, unpack(digests, from, to))
    for i = from, to do
      if seen[i - from + 1] == 1 then marked[digests[i]] = true end
    end
  end
end

local function prepend(lines, entry)
  local kept = 1
  local cut = string.find(lines, '\n', 1, true)
  while cut and kept + 1 < keep do
    kept = kept + 1
    cut = string.find(lines, '\n', cut + 1, true)
  end
  if cut then lines = string.sub(lines, 1, cut - 1) end
  return lines == '' and entry or entry .. '\n' .. lines
end

local outboxes = { [3] = {}, [4] = {}, [5] = {} }
local result = { 0, now }
for _, change in ipairs(changes) do
  local roster = rosters[change[ROSTER]]
  local id, digest = change[MEMBER], change[DIGEST]
  local time = change[TIME] or nowMs
  local answer, version = nil, 0
  local current = roster.records[id]
  if not roster.here then answer = 'gone'
  elseif digest and marked[digest] then answer = 'duplicate'
  elseif time > nowMs + FUTURE_MS then answer = 'future'
  elseif current and time < current.time then answer = 'stale'
  else
    answer = 'accepted'
    version = (current and current.version or 0) + 1
    local kind = change[KIND]
    local known = change
    if kind == 'leave' and current then
      -- A leave names the member only: address and names stay as they were known.
      known = { [EMAIL] = current.email, [FIRST] = current.firstName, [LAST] = current.lastName, [INDEX] = current.index }
    end
    local record = {
      version = version, time = time, email = known[EMAIL], firstName = known[FIRST], lastName = known[LAST], index = known[INDEX],
      joined = kind == 'join' and version or (current and current.joined or 0), present = kind ~= 'leave', fresh = true,
    }
    -- What is stored, not what an earlier change of this batch made of it.
    if current and current.fresh then record.before = current.before else record.before = current end
    roster.records[id] = record
    if not roster.changed[id] then
      roster.changed[id] = true
      roster.added[#roster.added + 1] = id
    end
    roster.lines[id] = prepend(roster.lines[id], change[ENTRY])
    local outbox = outboxes[change[OUTBOX]]
    outbox[#outbox + 1] = now
    outbox[#outbox + 1] = roster.id .. '\0' .. id
  end
  if digest and (answer == 'accepted' or answer == 'stale') then
    marked[digest] = true
    marks[#marks + 1] = digest
  end
  result[#result + 1] = answer
  result[#result + 1] = version
end

for _, roster in ipairs(rosters) do
  if #roster.added > 0 then
    local desired, timeline, statuses, gone, added = {}, {}, {}, {}, {}
    for _, id in ipairs(roster.added) do
      local record = roster.records[id]
      desired[#desired + 1] = id
      desired[#desired + 1] = string.format(
        '{"v":1,"version":%d,"joined":%d,"time":%.0f,"at":%s,"present":%s,"email":%s,"firstName":%s,"lastName":%s,"index":%s}',
        record.version, record.joined, record.time, now, tostring(record.present),
        encode(record.email), encode(record.firstName), encode(record.lastName), encode(record.index))
      timeline[#timeline + 1] = id
      timeline[#timeline + 1] = roster.lines[id]
      statuses[#statuses + 1] = record.present and record.email == cjson.null and WAITING or PENDING
      statuses[#statuses + 1] = id
      local before = record.before
      local same = before and #before.index == #record.index
      if same then
        for i, entry in ipairs(record.index) do same = same and entry == before.index[i] end
      end
      if not same then
        for _, entry in ipairs(before and before.index or {}) do gone[#gone + 1] = entry end
        for _, entry in ipairs(record.index) do
          added[#added + 1] = 0
          added[#added + 1] = entry
        end
      end
    end
    redis.call('HINCRBY', KEYS[8], roster.id, #roster.added)
    inSlices(desired, 'HSET', roster.desired)
    inSlices(timeline, 'HSET', roster.timeline)
    inSlices(statuses, 'ZADD', roster.status)
    inSlices(gone, 'ZREM', roster.index)
    inSlices(added, 'ZADD', roster.index)
  end
end
for at, outbox in pairs(outboxes) do
  if #outbox > 0 then inSlices(outbox, 'ZADD', KEYS[at], 'NX') end
end
if #marks > 0 then
  inSlices(marks, 'SADD', KEYS[6])
  if redis.call('PTTL', KEYS[6]) < 0 then redis.call('PEXPIRE', KEYS[6], ARGV[2]) end
end
result[1] = redis.call('EXISTS', KEYS[1])
return result
