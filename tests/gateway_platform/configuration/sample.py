"""A configuration file that uses every section, for the tests of this folder."""

SAMPLE = """\
version: 1
organizations:
  - slug: acme
    name: Acme
    timezone: Europe/Berlin
    content_logging: off
    teams:
      - {slug: search, name: Search}
      - {slug: ads, name: Ads}
    members:
      - {email: ana@acme.example, role: admin, teams: {search: lead}}
      - {email: ben@acme.example, role: finance}
    providers:
      - name: openai-main
        kind: openai_compatible
        base_url: https://api.openai.com/v1
        api_key: ${env:OPENAI_API_KEY}
        headers: {OpenAI-Project: proj_1}
      - {name: play, kind: sandbox}
    deployments:
      - name: mini
        provider: openai-main
        model: gpt-4o-mini
        price: {input: 0.15, cached_input: 0.075, output: 0.60}
        limits: {}
        tags: [eu]
      - {name: toy, provider: play, model: sandbox-small}
    routes:
      - name: fast
        strategy: weighted
        targets:
          - {deployment: mini, weight: 3}
          - {deployment: toy}
        retries: 2
        timeouts: {connect: 2.5, total: 120}
        rules: []
        cache: {mode: off}
        compression: {mode: "off"}
    keys:
      - name: search-prod
        team: search
        value: ${env:SEARCH_KEY}
        routes: ["fast", "gpt-*"]
        endpoints: [chat]
        ip_ranges: []
        expires: 2027-01-01T02:00:00+02:00
        tags: {cost_center: "4711"}
      - {name: locked, kind: test, routes: [], blocked: true}
    budgets: []
"""

SECRETS = {"OPENAI_API_KEY": "sk-openai-0123456789abcd", "SEARCH_KEY": "gw-live-an-old-key-of-ours"}
