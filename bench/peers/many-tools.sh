#!/bin/sh
# A stdio MCP server with twenty tools that starts in a millisecond: the upstream of the start-up and idle-memory
# measurements, where fifty of them run at once and their own start must not be what is measured.
schema='{"type":"object","properties":{"text":{"type":"string","description":"What to answer with."}},"required":["text"]}'
tools=''
for n in 01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20; do
  tools="$tools${tools:+,}{\"name\":\"tool_$n\",\"description\":\"Answers, number $n of twenty.\",\"inputSchema\":$schema}"
done

while IFS= read -r line; do
  case $line in *'"id":'*) ;; *) continue ;; esac
  id=${line##*'"id":'}
  id=${id%%[,\}]*}
  case $line in
    *'"method":"initialize"'*)
      version=${line#*'"protocolVersion":"'}
      version=${version%%'"'*}
      result="{\"protocolVersion\":\"$version\",\"capabilities\":{\"tools\":{}},\"serverInfo\":{\"name\":\"many-tools\",\"version\":\"1.0.0\"}}" ;;
    *'"method":"tools/list"'*) result="{\"tools\":[$tools]}" ;;
    *'"method":"tools/call"'*) result='{"content":[{"type":"text","text":"done"}]}' ;;
    *) result='{}' ;;
  esac
  printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$id" "$result"
done
