# Plays the person at the browser: opens the sign-in page, which the simulated Notion approves at once, follows its
# redirects, and keeps the last page.
[CmdletBinding()]
param([string]$Address)

$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
$page = Invoke-WebRequest -Uri $Address -UseBasicParsing -TimeoutSec 30
[IO.File]::WriteAllText((Join-Path $env:HOME 'browser.html'), $page.Content)
