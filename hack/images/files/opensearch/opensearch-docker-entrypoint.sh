#!/bin/bash
# Starts OpenSearch with the environment contract of the upstream image: variables with a dotted lower-case name are
# settings (SingleNode reads them), OPENSEARCH_JAVA_OPTS are options of the JVM.
set -eo pipefail

case "$1" in
  '' | opensearch | -*) ;;
  *) exec "$@" ;;
esac
home=/usr/share/opensearch
read -r -a options <<<"${OPENSEARCH_JAVA_OPTS:--Xms128m -Xmx384m} -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
exec java "${options[@]}" -Djava.awt.headless=true -Djava.io.tmpdir=/tmp -Dopensearch.path.home="$home" \
  -Dlog4j2.configurationFile="$home/config/log4j2.properties" -Dlog4j2.disable.jmx=true \
  -Djava.util.logging.manager=java.util.logging.LogManager -cp "$home/classes:$home/lib/*" SingleNode
