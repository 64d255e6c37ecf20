-- For wrk: asks for the page of one contact after the other, each thread for its own share of them.
--
--   wrk … -s public.lua URL -- TOKENS METHOD PATH BEHIND RESULT
--
-- TOKENS is a file with a token a line; PATH, token and BEHIND are what is asked for ("" for nothing); RESULT is where the figures go,
-- as JSON. A POST is that of a mail program which unsubscribes (RFC 8058). When a thread's share is used up it begins again.

local threads = {}

function setup(thread)
   thread:set("number", #threads)
   table.insert(threads, thread)
end

function init(args)
   tokens, asked = {}, 0
   local position = 0
   for token in io.lines(args[1]) do
      -- Threads are numbered before anybody knows how many there will be: wrk is started with two.
      if position % 2 == number then table.insert(tokens, token) end
      position = position + 1
   end
   method, path, behind, result = args[2], args[3], args[4], args[5]
   headers, body = {}, nil
   if method == "POST" then
      headers["Content-Type"] = "application/x-www-form-urlencoded"
      body = "List-Unsubscribe=One-Click"
   end
end

function request()
   local token = tokens[asked % #tokens + 1]
   asked = asked + 1
   return wrk.format(method, path .. token .. behind, headers, body)
end

function done(summary, latency)
   local contacts, sent = 0, 0
   for _, thread in ipairs(threads) do
      contacts = contacts + math.min(thread:get("asked"), #thread:get("tokens"))
      sent = sent + thread:get("asked")
   end
   local errors = summary.errors
   local file = io.open(threads[1]:get("result"), "w")
   file:write(string.format(
      '{"requests":%d,"sent":%d,"contacts":%d,"seconds":%.6f,"p50":%.3f,"p99":%.3f,"most":%.3f,"bytes":%d,"failed":%d,"refused":%d}\n',
      summary.requests, sent, contacts, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
      latency.max / 1e3, summary.bytes, errors.connect + errors.read + errors.write + errors.timeout, errors.status))
   file:close()
end
