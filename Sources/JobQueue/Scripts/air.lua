#!lua flags=allow-oom
-- AIR: marks jobs as about to be sent, for mailings whose messages must not be sent twice, and for jobs that were in the hands
-- of a worker that died.
-- ARGV: 1 worker, then per job: m, ordinal
-- Result: false when the lease is lost; else per job 1, or 0 when it is no longer in this worker's flight and must not be sent.
-- Guarantees: once this is answered, REAP knows which jobs may have been sent. A job that was recovered before counts one
--   recovery more if its worker dies from here on; what only waits in a worker's hands when it dies counts none.
local worker = ARGV[1]
if not lease_holds(worker, now_ms()) then return false end
local flight, fields = key_flight(worker), {}
for i = 2, #ARGV, 2 do fields[#fields + 1] = ARGV[i] .. ':' .. ARGV[i + 1] end
local texts, marked, result = redis.call('HMGET', flight, unpack(fields)), {}, {}
for i, text in ipairs(texts) do
  result[i] = text and 1 or 0
  if text then
    local place, payload = split_head(text)
    local recoveries, strikes, flags = string.byte(payload, 5, 7)
    if recoveries > 0 and flags < 2 then recoveries = math.min(recoveries + 1, 255) end
    local head = string.sub(payload, 1, 4) .. string.char(recoveries, strikes, flags % 2 + 2)
    marked[#marked + 1] = fields[i]
    marked[#marked + 1] = place .. head .. string.sub(payload, 8)
  end
end
if #marked > 0 then redis.call('HSET', flight, unpack(marked)) end
return result
