-- Reads facts that are still to be sent upstream, unless another process sends them now.
-- KEYS[1] list of facts  [2] the process that sends   ARGV[1] token  [2] how long it is held (ms)  [3] how many at most
-- Returns the oldest facts (JSON), or none.
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
if not redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2], 'NX') then return {} end
return redis.call('LRANGE', KEYS[1], 0, ARGV[3] - 1)
