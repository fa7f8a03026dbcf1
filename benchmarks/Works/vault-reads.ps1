# 1,000 requests on one stored connection in a fresh process, with a vault that counts its calls.
param([int] $Runs)

$notion = Start-Notion
$folder = Join-Path $env:HOME 'counting-vault'
Register-SecretVault -Name Counting -ModuleName (
    Join-Path $PSScriptRoot '../Vault/CountingVault'
) -VaultParameters @{ Path = $folder } -DefaultVault
$token = [securestring]::new()
foreach ($character in $notion.Token.ToCharArray()) { $token.AppendChar($character) }
$null = Connect-NotionWorkspace -Name work -Token $token -BaseUri $notion.BaseUri

$most = @{}
$times = [ordered]@{}
$facts = foreach ($how in 'current', 'named') {
    $all = foreach ($run in 1..$Runs) {
        $log = Join-Path $folder 'calls.txt'
        [IO.File]::WriteAllText($log, '')
        $child = Invoke-Child 'ThousandRequests.ps1' @{ How = $how; PageId = $notion.PageId; Count = 1000 }
        if ($child.Count -ne 1000) { throw "$($child.Count) of 1,000 requests were answered." }
        $calls = [IO.File]::ReadAllLines($log)
        [pscustomobject]@{
            Reads = @($calls -eq 'Get-Secret').Count; Listings = @($calls -eq 'Get-SecretInfo').Count; Ms = $child.Ms
        }
    }
    $most[$how] = ($all.Reads | Measure-Object -Maximum).Maximum
    $times["1,000 requests, connection $how"] = @($all.Ms)
    'With the connection {0}: {1} secrets read, metadata looked up {2} times, for 1,000 requests.' -f $how, $most[$how],
        ($all.Listings | Measure-Object -Maximum).Maximum
}
@{
    Times   = $times
    Targets = @(
        New-Target -Text 'one vault read, with the current connection' -Figure $most.current -Limit 1 -Unit ' reads'
        New-Target -Text 'one vault read, with -Connection' -Figure $most.named -Limit 1 -Unit ' reads'
    )
    Facts   = @($facts)
}
