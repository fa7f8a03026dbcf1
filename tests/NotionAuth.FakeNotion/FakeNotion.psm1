#Requires -Version 5.1
# Starts the simulated Notion from PowerShell and calls its control endpoint, in Windows PowerShell 5.1 and PowerShell
# 7.

Set-StrictMode -Version 3.0
Add-Type -AssemblyName System.Net.Http

# A proxy of the machine is for the network; the simulated Notion is on this machine.
$handler = [Net.Http.HttpClientHandler]::new()
$handler.UseProxy = $false
$script:Http = [Net.Http.HttpClient]::new($handler)
# Times stay texts where ConvertFrom-Json has a parameter for that. In Windows PowerShell they always do.
$timesAsText = @{}
if ((Get-Command ConvertFrom-Json).Parameters.ContainsKey('DateKind')) { $timesAsText.DateKind = 'String' }
$script:Current = $null

function Start-FakeNotion {
    <#
    .SYNOPSIS
    Starts a simulated Notion as a program of its own.
    .DESCRIPTION
    Waits until it listens, on a port that the system chooses. It ends with Stop-FakeNotion, or else with this process.

    The result has what the program says of itself: baseUri, clientId, clientSecret, redirectUris, internalToken,
    workspaceId, workspaceName and sample. It also has RedirectUri, the first of the redirect URIs, and Process.
    Invoke-FakeNotionControl and Stop-FakeNotion use the simulated Notion that was started last.
    .PARAMETER Path
    The file NotionAuth.FakeNotion.dll. By default NOTIONAUTH_FAKE_DLL names it. Without that variable it is the one in
    this module's folder, or the one that was built last.
    .PARAMETER RedirectUri
    The redirect URIs of its public integration. By default one, on this machine, with a port that is free.
    .PARAMETER AutoApprove
    Allows every sign-in at once, without a consent page.
    .PARAMETER RateLimit
    Limits requests as Notion does. Without it there is no limit.
    .PARAMETER Rows
    The rows of the data source that it begins with.
    .PARAMETER LatencyMs
    How long it waits before each reply of the API.
    .PARAMETER Behavior
    What it does otherwise than it would, by the names of the control call behavior: @{ shortPages = $true }.
    .EXAMPLE
    $fake = Start-FakeNotion -AutoApprove
    $secret = ConvertTo-SecureString $fake.ClientSecret -AsPlainText -Force
    $place = @{ RedirectUri = $fake.RedirectUri; BaseUri = $fake.BaseUri }
    Connect-NotionWorkspace -ClientId $fake.ClientId -ClientSecret $secret @place -SessionOnly
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    [CmdletBinding()]
    param(
        [string] $Path = (Get-DefaultPath),
        [string[]] $RedirectUri = "http://localhost:$(Get-FreePort)/callback",
        [switch] $AutoApprove,
        [switch] $RateLimit,
        [int] $Rows,
        [int] $LatencyMs,
        [Collections.IDictionary] $Behavior
    )

    if (-not (Test-Path -LiteralPath $Path)) { throw "There is no simulated Notion at $Path." }
    $arguments = @($Path, '--parent-pid', $PID)
    foreach ($uri in $RedirectUri) { $arguments += '--redirect-uri', $uri }
    if ($AutoApprove) { $arguments += '--auto-approve' }
    if (-not $RateLimit) { $arguments += '--no-rate-limit' }
    if ($PSBoundParameters.ContainsKey('Rows')) { $arguments += '--rows', $Rows }
    if ($LatencyMs) { $arguments += '--latency-ms', $LatencyMs }

    $start = [Diagnostics.ProcessStartInfo]::new('dotnet')
    # Windows PowerShell has no ArgumentList here.
    $start.Arguments = @($arguments | ForEach-Object { '"{0}"' -f $_ }) -join ' '
    $start.UseShellExecute = $false
    # What a client must know comes on standard output, so that no secret is in a file.
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $process = [Diagnostics.Process]::Start($start)
    $line = $process.StandardOutput.ReadLineAsync()
    if (-not $line.Wait(300000) -or -not $line.Result) {
        if (-not $process.HasExited) { $process.Kill() }
        throw "The simulated Notion did not start: $($process.StandardError.ReadToEnd())"
    }

    $script:Current = $line.Result | ConvertFrom-Json
    $script:Current | Add-Member -NotePropertyName RedirectUri -NotePropertyValue $script:Current.redirectUris[0]
    $script:Current | Add-Member -NotePropertyName Process -NotePropertyValue $process
    if ($Behavior) { $null = Invoke-FakeNotionControl behavior -Body $Behavior }
    $script:Current
}

function Get-FakeNotion {
    <#
    .SYNOPSIS
    The simulated Notion that was started last, as Start-FakeNotion returned it; an error where there is none.
    .EXAMPLE
    (Get-FakeNotion).BaseUri
    #>
    [CmdletBinding()]
    param()

    if (-not $script:Current) { throw 'No simulated Notion was started here: call Start-FakeNotion first.' }
    $script:Current
}

function Stop-FakeNotion {
    <#
    .SYNOPSIS
    Ends a simulated Notion.
    .PARAMETER Fake
    What Start-FakeNotion returned; by default the one that was started last. Where there is none, nothing happens.
    .EXAMPLE
    Stop-FakeNotion
    #>
    [Diagnostics.CodeAnalysis.SuppressMessageAttribute('PSUseShouldProcessForStateChangingFunctions', '')]
    [CmdletBinding()]
    param([Parameter(Position = 0)] [object] $Fake = $script:Current)

    if ($Fake -and -not $Fake.Process.HasExited) { $Fake.Process.Kill() }
}

function Invoke-FakeNotionControl {
    <#
    .SYNOPSIS
    Calls the control endpoint of a simulated Notion.
    .DESCRIPTION
    Returns its reply as an object; an error reply is an error. README.md beside this module lists the calls. Times stay
    texts; only PowerShell 7.0 to 7.4 makes dates of them.
    .PARAMETER Path
    What follows /_control/ in the address, with its query.
    .PARAMETER Method
    GET, POST or DELETE. By default POST where there is a body, else GET.
    .PARAMETER Body
    What is sent as JSON.
    .PARAMETER BaseUri
    The address of the simulated Notion. By default that of the one that was started last.
    .EXAMPLE
    Invoke-FakeNotionControl state
    .EXAMPLE
    Invoke-FakeNotionControl faults -Body @{ path = '/v1/users/me'; status = 503; times = 2 }
    .EXAMPLE
    Invoke-FakeNotionControl faults DELETE
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory, Position = 0)] [string] $Path,
        [Parameter(Position = 1)] [ValidateSet('GET', 'POST', 'DELETE')] [string] $Method,
        [Parameter(Position = 2)] [Collections.IDictionary] $Body,
        [string] $BaseUri
    )

    if (-not $BaseUri) { $BaseUri = (Get-FakeNotion).baseUri }
    if (-not $Method) { $Method = if ($PSBoundParameters.ContainsKey('Body')) { 'POST' } else { 'GET' } }
    $address = "$($BaseUri.TrimEnd('/'))/_control/$Path"
    $request = [Net.Http.HttpRequestMessage]::new([Net.Http.HttpMethod]::new($Method), $address)
    if ($Method -eq 'POST') {
        $json = if ($Body) { ConvertTo-Json -InputObject $Body -Depth 10 } else { '{}' }
        $request.Content = [Net.Http.StringContent]::new($json, [Text.Encoding]::UTF8, 'application/json')
    }

    $response = $script:Http.SendAsync($request).GetAwaiter().GetResult()
    $text = $response.Content.ReadAsStringAsync().GetAwaiter().GetResult()
    if (-not $response.IsSuccessStatusCode) { throw "The simulated Notion's $Method $Path failed: $text" }
    ConvertFrom-Json -InputObject $text @timesAsText
}

<# The program that Start-FakeNotion takes by default. #>
function Get-DefaultPath {
    if ($env:NOTIONAUTH_FAKE_DLL) { return $env:NOTIONAUTH_FAKE_DLL }
    $beside = Join-Path $PSScriptRoot 'NotionAuth.FakeNotion.dll'
    if (Test-Path -LiteralPath $beside) { return $beside }
    $built = Get-Item -Path (Join-Path $PSScriptRoot 'bin/*/*/NotionAuth.FakeNotion.dll') -ErrorAction Ignore |
        Sort-Object LastWriteTimeUtc | Select-Object -Last 1
    if (-not $built) { throw "The simulated Notion is not built. Run: dotnet build $PSScriptRoot" }
    $built.FullName
}

function Get-FreePort {
    <#
    .SYNOPSIS
    Returns a port of this machine that nobody listens on, for IPv4 and IPv6.
    .DESCRIPTION
    The port is outside of the range from which systems take the ports of outgoing connections.
    .EXAMPLE
    Start-FakeNotion -RedirectUri "http://localhost:$(Get-FreePort)/callback"
    #>
    [CmdletBinding()]
    [OutputType([int])]
    param()

    for ($try = 0; $try -lt 100; $try++) {
        $port = Get-Random -Minimum 15000 -Maximum 32000
        $listeners = @()
        try {
            foreach ($address in [Net.IPAddress]::Loopback, [Net.IPAddress]::IPv6Loopback) {
                $listener = [Net.Sockets.TcpListener]::new($address, $port)
                $listener.Start()
                $listeners += $listener
            }

            return $port
        }
        catch [Net.Sockets.SocketException] {
            # Without IPv6 on this machine the port is free; otherwise it is taken.
            $code = $_.Exception.GetBaseException().SocketErrorCode
            if ($code -in 'AddressNotAvailable', 'AddressFamilyNotSupported' -and $listeners) { return $port }
        }
        finally {
            foreach ($listener in $listeners) { $listener.Stop() }
        }
    }

    throw 'No free port was found.'
}

Export-ModuleMember -Function Start-FakeNotion, Get-FakeNotion, Stop-FakeNotion, Invoke-FakeNotionControl, Get-FreePort
