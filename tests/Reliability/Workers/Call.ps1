# Calls Notion once a round, in all runspaces of the plan at the same moment. It writes all that a session can write.
param([string] $PlanFile)

$PSStyle.OutputRendering = 'PlainText'
$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
$null = Start-Transcript -LiteralPath (Join-Path $plan.Folder "transcript-$($plan.Id).txt")
Import-Module $plan.Module
if ($plan.PSObject.Properties['Vault']) {
    # A machine of its own has a list of vaults of its own.
    $parameters = @{}
    foreach ($one in $plan.Vault.VaultParameters.PSObject.Properties) { $parameters[$one.Name] = $one.Value }
    Import-Module Microsoft.PowerShell.SecretManagement
    $vault = @{ Name = $plan.Vault.Name; ModuleName = $plan.Vault.ModuleName; VaultParameters = $parameters }
    Register-SecretVault @vault -DefaultVault
}

$results = 1..$plan.Runspaces | ForEach-Object -ThrottleLimit $plan.Runspaces -Parallel {
    $plan = $using:plan
    Import-Module $plan.Module
    $calls = 0
    $bots = @()
    $warnings = @()
    $output = [Collections.Generic.List[object]]::new()
    $failures = [Collections.Generic.List[string]]::new()
    for ($round = 0; $round -lt $plan.Rounds; $round++) {
        [IO.File]::WriteAllText("$($plan.Folder)/ready.$round.$($plan.Id).$_", '')
        while (-not [IO.File]::Exists("$($plan.Folder)/go.$round") -and
                -not [IO.File]::Exists("$($plan.Folder)/stop")) {
            [Threading.Thread]::Sleep(50)
        }
        if (-not [IO.File]::Exists("$($plan.Folder)/go.$round")) { break }
        try {
            $calls++
            # 5>&1, 4>&1: verbose and debug lines are kept, for the search for tokens.
            $how = @{ Connection = $plan.Connection; ErrorAction = 'Stop'; WarningAction = 'SilentlyContinue' }
            foreach ($one in
                    Invoke-NotionRequest users/me @how -Verbose -Debug -WarningVariable +warnings 4>&1 5>&1) {
                $output.Add("$one")
                if ($one.PSObject.Properties['object']) { $bots += $one.id }
            }
        }
        catch {
            $failures.Add(($_.FullyQualifiedErrorId -split ',')[0] + ': ' + $_)
            if ($plan.Reconnects -and $_.FullyQualifiedErrorId -like 'NeedsReconnect*') {
                try {
                    $client = @{ Name = $plan.Connection; ClientId = $plan.ClientId }
                    $place = @{ BaseUri = $plan.BaseUri; RedirectUri = $plan.RedirectUri; TimeoutSec = 120 }
                    $null = Connect-NotionWorkspace @client @place -ErrorAction Stop 6> $null
                }
                catch { $failures.Add('Reconnect: ' + ($_.FullyQualifiedErrorId -split ',')[0] + ': ' + $_) }
            }
        }

        [IO.File]::WriteAllText("$($plan.Folder)/done.$round.$($plan.Id).$_", '')
    }

    [IO.File]::WriteAllText("$($plan.Folder)/streams-$($plan.Id)-$_.txt",
        ($output -join "`n") + ($warnings -join "`n") + ($Error | Format-List * -Force | Out-String) +
            (Get-NotionConnection | ConvertTo-Json -Depth 5) +
            ([Management.Automation.PSSerializer]::Serialize((Get-NotionConnection))))
    [pscustomobject]@{
        Calls = $calls; Bots = $bots; Failures = $failures; Warnings = @($warnings | ForEach-Object { "$_" })
    }
}

$result = [ordered]@{
    Id       = $plan.Id
    Calls    = ($results | Measure-Object Calls -Sum).Sum
    Bots     = @($results | ForEach-Object { $_.Bots })
    Failures = @($results | ForEach-Object { $_.Failures })
    Warnings = @($results | ForEach-Object { $_.Warnings })
}
$temporary = Join-Path $plan.Folder ".result-$($plan.Id)"
$result | ConvertTo-Json -Depth 5 | Set-Content -LiteralPath $temporary
[IO.File]::Move($temporary, (Join-Path $plan.Folder "result-$($plan.Id).json"))
$null = Stop-Transcript
