# One GET of 1 KB on a warm connection, as a script makes it: one command, its result thrown away.
param([int] $Runs)

$notion = Start-Notion
Connect-Notion
Start-Sdk
$bare = New-BareClient
$headers = Get-RestHeader
$path = "pages/$($notion.PageId)"
$uri = "$($notion.BaseUri)v1/$path"
$session = [Microsoft.PowerShell.Commands.WebRequestSession]::new()
$count = 500
$times = Measure-Peer -Runs $Runs -Peers ([ordered]@{
        'NotionAuth'                    =
            { param($r) for ($i = 0; $i -lt $count; $i++) { $page = Invoke-NotionRequest $path }; $r.Id = $page.id }
        'Invoke-RestMethod'             = {
            param($r)
            for ($i = 0; $i -lt $count; $i++) { $page = Invoke-RestMethod $uri -Headers $headers }
            $r.Id = $page.id
        }
        'Invoke-RestMethod -WebSession' = {
            param($r)
            for ($i = 0; $i -lt $count; $i++) { $page = Invoke-RestMethod $uri -Headers $headers -WebSession $session }
            $r.Id = $page.id
        }
        'the bare HttpClient'           =
            { param($r) for ($i = 0; $i -lt $count; $i++) { $values = $bare.Get("v1/$path") }; $r.Values = $values }
        'the SDK'                       =
            { param($r) $reply = Invoke-Sdk @{ work = 'get'; count = $count }; $r.Ms = $reply.ms; $r.Id = $reply.id }
    }) -Check {
    param($name, $r)
    if ($r.ContainsKey('Values') ? $r.Values -lt 30 : $r.Id -ne $notion.PageId) { throw "$name did not get the page." }
}
@{
    PerRun  = $count
    Times   = $times
    Targets = @(
        New-RatioTarget $times -By 'Invoke-RestMethod' -Limit 0.5
        New-RatioTarget $times -By 'the bare HttpClient' -Limit 2
    )
    Facts   = @('Beside Invoke-RestMethod -WebSession, which keeps its connection: {0:0.00} ×.' -f
        (New-RatioTarget $times -By 'Invoke-RestMethod -WebSession' -Limit 1).Figure)
}
