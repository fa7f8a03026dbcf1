# A fresh process: is the connection usable, or is it NeedsReconnect?
param([string] $PlanFile)

$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
Import-Module $plan.Module
try {
    $null = Invoke-NotionRequest users/me -Connection $plan.Connection -ErrorAction Stop
    $verdict = 'usable'
}
catch { $verdict = ($_.FullyQualifiedErrorId -split ',')[0] }
$temporary = Join-Path $plan.Folder ".verdict-$($plan.Id)"
@{ Connection = $plan.Connection; Verdict = $verdict } | ConvertTo-Json | Set-Content -LiteralPath $temporary
[IO.File]::Move($temporary, (Join-Path $plan.Folder "verdict-$($plan.Id).json"))
