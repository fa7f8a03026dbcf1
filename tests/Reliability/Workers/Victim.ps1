# A process that is killed: first it judges what the one before it left, then makes everything whole again, then begins
# the operation during which it dies.
param([string] $PlanFile)

$PSStyle.OutputRendering = 'PlainText'
$plan = [IO.File]::ReadAllText($PlanFile) | ConvertFrom-Json
$null = Start-Transcript -LiteralPath (Join-Path $plan.Folder "transcript-$($plan.Id).txt")
Import-Module $plan.Module

function Send-Signal([string] $Name, $Value) {
    [IO.File]::WriteAllText("$($plan.Folder)/.$Name", ($Value | ConvertTo-Json -Depth 5))
    [IO.File]::Move("$($plan.Folder)/.$Name", "$($plan.Folder)/$Name", $true)
}

function Connect-Again([string] $Name, [string] $ClientId) {
    $place = @{ BaseUri = $plan.BaseUri; RedirectUri = $plan.RedirectUri; TimeoutSec = 120 }
    Connect-NotionWorkspace -Name $Name -ClientId $ClientId @place -ErrorAction Stop -Verbose 4>&1 6>&1
}

while (-not [IO.File]::Exists("$($plan.Folder)/judge.$($plan.Id)")) { [Threading.Thread]::Sleep(50) }

# Before anything repairs anything.
$verdicts = [ordered]@{}
$listed = @(Get-NotionConnection -ErrorAction SilentlyContinue -ErrorVariable unreadable)
foreach ($name in 'Victim', 'Bystander') {
    if ($unreadable) { $verdicts[$name] = "unreadable: $($unreadable[0])"; continue }
    if ($name -notin $listed.Name) { $verdicts[$name] = 'absent'; continue }
    try {
        $null = Invoke-NotionRequest users/me -Connection $name -ErrorAction Stop
        $verdicts[$name] = 'usable'
    }
    catch {
        $verdicts[$name] = ($_.FullyQualifiedErrorId -split ',')[0]
        $shown = @(Get-NotionConnection $name)
        if ($verdicts[$name] -eq 'NeedsReconnect' -and -not $shown[0].NeedsReconnect) {
            $verdicts[$name] = 'NeedsReconnect, which Get-NotionConnection does not show'
        }
        if ($verdicts[$name] -notlike 'NeedsReconnect*') { $verdicts[$name] += ": $_" }
    }
}

$foreign = [ordered]@{}
foreach ($info in Get-SecretInfo -Vault Store -Name Foreign*) {
    $text = Get-Secret -Vault Store -Name $info.Name -AsPlainText
    $foreign[$info.Name] =
        [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData([Text.Encoding]::UTF8.GetBytes($text)))
}

# Whole again, as a user would do it.
$trouble = ''
try {
    if ($verdicts['Victim'] -eq 'NeedsReconnect' -or
            ($verdicts['Victim'] -eq 'absent' -and $plan.Operation -ne 'connect')) {
        $null = Connect-Again Victim $plan.ClientId
    }
    if ($verdicts['Bystander'] -eq 'NeedsReconnect') { $null = Connect-Again Bystander $plan.OtherClientId }
    if ($plan.Operation -eq 'connect' -and $plan.IsFirst -and 'Victim' -in @(Get-NotionConnection).Name) {
        Revoke-NotionToken Victim -Confirm:$false -ErrorAction Stop
    }
}
catch { $trouble = "$($_.FullyQualifiedErrorId): $_" }
Send-Signal "judged.$($plan.Id)" @{ Verdicts = $verdicts; Foreign = $foreign; Trouble = $trouble }

while (-not [IO.File]::Exists("$($plan.Folder)/begin.$($plan.Id)")) { [Threading.Thread]::Sleep(3) }
switch ($plan.Operation) {
    'refresh' { Invoke-NotionRequest users/me -Connection Victim -Verbose -Debug 4>&1 5>&1 }
    'connect' { Connect-Again Victim $plan.ClientId }
    'revoke' { Revoke-NotionToken Victim -Confirm:$false -Verbose 4>&1 }
}
Send-Signal "survived.$($plan.Id)" @{}
$null = Stop-Transcript
[Threading.Thread]::Sleep(60000)
