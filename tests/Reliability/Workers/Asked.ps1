# A shell at a terminal, at which a person is asked for the vault's password.
param([string] $PlanFile)

$PSStyle.OutputRendering = 'PlainText'
$ProgressPreference = 'SilentlyContinue'
$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
Import-Module $plan.Module
"ANSWERED $((Invoke-NotionRequest users/me -Connection Acme -ErrorAction Stop).object)"
