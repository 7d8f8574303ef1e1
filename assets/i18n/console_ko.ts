<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko" sourcelanguage="en">
<context>
    <name>calls</name>
    <message>
        <source>Time</source>
        <translation>시각</translation>
    </message>
    <message>
        <source>From</source>
        <translation>발신</translation>
    </message>
    <message>
        <source>To</source>
        <translation>수신</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>Alert</source>
        <translation>알림</translation>
    </message>
    <message>
        <source>incoming</source>
        <translation>수신</translation>
    </message>
    <message>
        <source>internal</source>
        <translation>내선 간</translation>
    </message>
    <message>
        <source>outgoing</source>
        <translation>발신</translation>
    </message>
    <message>
        <source>Number withheld</source>
        <translation>발신번호표시제한</translation>
    </message>
    <message>
        <source>Dialled: {number}</source>
        <translation>건 번호: {number}</translation>
    </message>
    <message>
        <source>Forwarded by: {number}</source>
        <translation>착신전환한 곳: {number}</translation>
    </message>
    <message>
        <source>Outgoing {length}</source>
        <translation>발신 {length}</translation>
    </message>
    <message>
        <source>Answered {length}</source>
        <translation>응답 {length}</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>응답 없음</translation>
    </message>
    <message>
        <source>Talking {length}</source>
        <translation>통화 중 {length}</translation>
    </message>
    <message>
        <source>Calling {seconds} s</source>
        <translation>거는 중 {seconds}초</translation>
    </message>
    <message>
        <source>Ringing {seconds} s</source>
        <translation>울리는 중 {seconds}초</translation>
    </message>
    <message>
        <source>Missed</source>
        <translation>부재중</translation>
    </message>
    <message>
        <source>Was busy</source>
        <translation>통화 중이었음</translation>
    </message>
    <message>
        <source>Declined</source>
        <translation>거절</translation>
    </message>
    <message>
        <source>Taken elsewhere</source>
        <translation>다른 자리에서 받음</translation>
    </message>
    <message>
        <source>Forwarded</source>
        <translation>착신전환</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>실패</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>알 수 없음</translation>
    </message>
    <message>
        <source>Direction</source>
        <translation>방향</translation>
    </message>
    <message>
        <source>Caller&apos;s name</source>
        <translation>발신자 이름</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Dialled</source>
        <translation>건 번호</translation>
    </message>
    <message>
        <source>Taken by</source>
        <translation>받은 곳</translation>
    </message>
    <message>
        <source>Talked (s)</source>
        <translation>통화 시간(초)</translation>
    </message>
    <message>
        <source>Alert (ms)</source>
        <translation>알림(ms)</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>응답</translation>
    </message>
    <message>
        <source>Call log</source>
        <translation>통화 기록</translation>
    </message>
    <message>
        <source>Missed only</source>
        <translation>부재중만</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>오늘</translation>
    </message>
    <message>
        <source>7 days</source>
        <translation>최근 7일</translation>
    </message>
    <message>
        <source>All</source>
        <translation>전체</translation>
    </message>
    <message>
        <source>Find by number, name, extension or initial consonants (ㅎㄱㄷ)</source>
        <translation>번호, 이름, 내선, 초성(ㅎㄱㄷ)으로 찾기</translation>
    </message>
    <message>
        <source>Find calls</source>
        <translation>통화 찾기</translation>
    </message>
    <message>
        <source>No call matches</source>
        <translation>찾는 통화가 없습니다</translation>
    </message>
    <message>
        <source>Try fewer letters or a longer period.</source>
        <translation>글자를 줄이거나 기간을 늘려 보세요.</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>모두 보기</translation>
    </message>
    <message>
        <source>No calls yet</source>
        <translation>아직 통화가 없습니다</translation>
    </message>
    <message>
        <source>Calls appear here the moment a phone rings.</source>
        <translation>전화가 울리는 순간 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>Nothing is watched yet</source>
        <translation>아직 감지하고 있지 않습니다</translation>
    </message>
    <message>
        <source>Choose the network interface at the switch&apos;s mirror port.</source>
        <translation>스위치의 미러 포트에 연결된 네트워크 인터페이스를 고르세요.</translation>
    </message>
    <message>
        <source>Choose an interface</source>
        <translation>인터페이스 고르기</translation>
    </message>
    <message>
        <source>Export calls</source>
        <translation>통화 내보내기</translation>
    </message>
    <message>
        <source>Calls by the hour</source>
        <translation>시간대별 통화</translation>
    </message>
    <message>
        <source>{hour}:00, calls: {count}</source>
        <translation>{hour}시 {count}통</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>통화</translation>
    </message>
    <message>
        <source>Talking now</source>
        <translation>통화 중</translation>
    </message>
    <message>
        <source>PC offline</source>
        <translation>PC 연결 안 됨</translation>
    </message>
</context>
<context>
    <name>capture</name>
    <message>
        <source>Capture interfaces</source>
        <translation>캡처 인터페이스</translation>
    </message>
    <message>
        <source>Start watching</source>
        <translation>감지 시작</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>중지</translation>
    </message>
    <message>
        <source>Choose the interface at the switch&apos;s mirror port: it is the one whose SIP counter moves when a phone rings.</source>
        <translation>스위치의 미러 포트에 연결된 인터페이스를 고르세요. 전화가 울릴 때 SIP 수가 올라가는 것이 그 인터페이스입니다.</translation>
    </message>
    <message>
        <source>Frames: {frames} · SIP messages: {messages}</source>
        <translation>프레임 {frames}개 · SIP 메시지 {messages}개</translation>
    </message>
    <message>
        <source>lost by the system: {count}</source>
        <translation>시스템이 놓친 프레임 {count}개</translation>
    </message>
    <message>
        <source>No interface can be seen</source>
        <translation>보이는 인터페이스가 없습니다</translation>
    </message>
    <message>
        <source>Interfaces appear here once the capture driver and the rights are there.</source>
        <translation>캡처 드라이버와 권한이 갖춰지면 여기에 나타납니다.</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>다시 확인</translation>
    </message>
    <message>
        <source>Interface</source>
        <translation>인터페이스</translation>
    </message>
    <message>
        <source>Addresses</source>
        <translation>주소</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>연결</translation>
    </message>
    <message>
        <source>Packets/s</source>
        <translation>패킷/초</translation>
    </message>
    <message>
        <source>SIP/s</source>
        <translation>SIP/초</translation>
    </message>
    <message>
        <source>Link up</source>
        <translation>연결됨</translation>
    </message>
    <message>
        <source>No link</source>
        <translation>연결 없음</translation>
    </message>
    <message>
        <source>Watched now</source>
        <translation>감지 중</translation>
    </message>
    <message>
        <source>Probably the mirror port</source>
        <translation>미러 포트로 보입니다</translation>
    </message>
    <message>
        <source>Npcap&apos;s page</source>
        <translation>Npcap 홈페이지</translation>
    </message>
</context>
<context>
    <name>first</name>
    <message>
        <source>Otherwise PacketWave keeps the members in its own database, without any set-up.</source>
        <translation>사용하지 않으면 설정 없이 PacketWave의 내장 데이터베이스에 구성원을 저장합니다.</translation>
    </message>
    <message>
        <source>Use MongoDB</source>
        <translation>MongoDB 사용</translation>
    </message>
    <message>
        <source>Own database</source>
        <translation>내장 데이터베이스</translation>
    </message>
    <message>
        <source>Members in the MongoDB on this PC: {count}. Use them?</source>
        <translation>이 PC의 MongoDB에 구성원이 {count}명 있습니다. 사용할까요?</translation>
    </message>
</context>
<context>
    <name>members</name>
    <message>
        <source>Extension</source>
        <translation>내선</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>이름</translation>
    </message>
    <message>
        <source>Department</source>
        <translation>부서</translation>
    </message>
    <message>
        <source>PC IP</source>
        <translation>PC IP</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>메모</translation>
    </message>
    <message>
        <source>State</source>
        <translation>상태</translation>
    </message>
    <message>
        <source>New: type an extension and the PC&apos;s IP</source>
        <translation>새 행: 내선과 PC IP를 넣으세요</translation>
    </message>
    <message>
        <source>Not saved</source>
        <translation>저장되지 않음</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>저장하는 중…</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>연결됨</translation>
    </message>
    <message>
        <source>Add a row</source>
        <translation>행 추가</translation>
    </message>
    <message>
        <source>Delete rows</source>
        <translation>행 삭제</translation>
    </message>
    <message>
        <source>Change cells</source>
        <translation>칸 고치기</translation>
    </message>
    <message>
        <source>Members</source>
        <translation>구성원</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>찾기</translation>
    </message>
    <message>
        <source>Find members</source>
        <translation>구성원 찾기</translation>
    </message>
    <message>
        <source>Save again</source>
        <translation>다시 저장</translation>
    </message>
    <message>
        <source>No members yet</source>
        <translation>아직 구성원이 없습니다</translation>
    </message>
    <message>
        <source>Type whose extension belongs to which PC, or paste the cells from Excel.</source>
        <translation>어느 내선이 어느 PC의 것인지 적거나, 엑셀의 칸을 복사해 붙여넣으세요.</translation>
    </message>
    <message>
        <source>Add a member</source>
        <translation>구성원 추가</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>실행 취소</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>다시 실행</translation>
    </message>
    <message>
        <source>Member</source>
        <translation>구성원</translation>
    </message>
    <message>
        <source>Copy cells in Excel and paste them here as they are. Marked cells are not saved until they are right.</source>
        <translation>엑셀에서 여러 칸을 복사해 그대로 붙여넣을 수 있습니다. 표시된 칸은 고치기 전에는 저장되지 않습니다.</translation>
    </message>
    <message>
        <source>and more: {count}</source>
        <translation>그 밖에 {count}개</translation>
    </message>
    <message>
        <source>Rows in the database that are not right:</source>
        <translation>데이터베이스에 잘못된 행이 있습니다:</translation>
    </message>
    <message>
        <source>Not connected</source>
        <translation>PC 연결 안 됨</translation>
    </message>
    <message>
        <source>Import members</source>
        <translation>구성원 가져오기</translation>
    </message>
    <message>
        <source>What would change</source>
        <translation>바뀌는 것</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>가져오기</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>취소</translation>
    </message>
    <message>
        <source>Nothing is imported before the file is right. What is wrong:</source>
        <translation>파일이 올바르기 전에는 아무것도 가져오지 않습니다. 잘못된 곳:</translation>
    </message>
    <message>
        <source>Added: {added} · changed: {changed} · unchanged: {unchanged} · not in the file, they stay: {stay}</source>
        <translation>추가 {added} · 변경 {changed} · 그대로 {unchanged} · 파일에 없어 그대로 두는 것 {stay}</translation>
    </message>
    <message>
        <source>New: {member}</source>
        <translation>추가: {member}</translation>
    </message>
    <message>
        <source>Changed: {before} → {after}</source>
        <translation>변경: {before} → {after}</translation>
    </message>
    <message>
        <source>Line {line}: {what}</source>
        <translation>{line}행: {what}</translation>
    </message>
    <message>
        <source>The same extension and IP as in line {line}</source>
        <translation>{line}행과 내선과 IP가 같습니다</translation>
    </message>
    <message>
        <source>The row is empty</source>
        <translation>빈 행입니다</translation>
    </message>
    <message>
        <source>The first row has no column &apos;{column}&apos;</source>
        <translation>첫 행에 &apos;{column}&apos; 열이 없습니다</translation>
    </message>
    <message>
        <source>Two columns &apos;{column}&apos;</source>
        <translation>&apos;{column}&apos; 열이 두 개입니다</translation>
    </message>
    <message>
        <source>A cell under no heading: {value}</source>
        <translation>제목이 없는 열에 값이 있습니다: {value}</translation>
    </message>
    <message>
        <source>The text is neither UTF-8 nor CP949. Save it as &apos;CSV UTF-8&apos;.</source>
        <translation>글자 인코딩이 UTF-8도 CP949도 아닙니다. &apos;CSV UTF-8&apos;로 저장하세요.</translation>
    </message>
    <message>
        <source>Not readable as CSV</source>
        <translation>CSV로 읽을 수 없습니다</translation>
    </message>
    <message>
        <source>This is neither a CSV nor an XLSX file.</source>
        <translation>CSV나 XLSX 파일이 아닙니다.</translation>
    </message>
    <message>
        <source>An old or locked Excel file. Save it as .xlsx without a password.</source>
        <translation>옛 엑셀 파일이거나 암호가 걸린 파일입니다. 암호 없이 .xlsx로 저장하세요.</translation>
    </message>
    <message>
        <source>The file is too big.</source>
        <translation>파일이 너무 큽니다.</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>엑셀에서 가져오기…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>내보내기…</translation>
    </message>
    <message>
        <source>Export members</source>
        <translation>구성원 내보내기</translation>
    </message>
</context>
<context>
    <name>status</name>
    <message>
        <source>{rate}/s</source>
        <translation>{rate}/초</translation>
    </message>
    <message>
        <source>SIP messages read: {count}</source>
        <translation>읽은 SIP 메시지 {count}개</translation>
    </message>
    <message>
        <source>PC</source>
        <translation>PC</translation>
    </message>
    <message>
        <source>{connected}/{expected} connected</source>
        <translation>{connected}/{expected} 연결</translation>
    </message>
    <message>
        <source>Today: calls {calls} · missed {missed}</source>
        <translation>오늘 {calls}통 · 부재중 {missed}</translation>
    </message>
    <message>
        <source>not written: {count}</source>
        <translation>쓰지 못한 통화 {count}건</translation>
    </message>
    <message>
        <source>DB</source>
        <translation>DB</translation>
    </message>
</context>
<context>
    <name>window</name>
    <message>
        <source>PacketWave Server</source>
        <translation>PacketWave 서버</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>다시 확인</translation>
    </message>
    <message>
        <source>Calls</source>
        <translation>통화</translation>
    </message>
    <message>
        <source>Members</source>
        <translation>구성원</translation>
    </message>
    <message>
        <source>Capture</source>
        <translation>캡처</translation>
    </message>
    <message>
        <source>Npcap&apos;s page</source>
        <translation>Npcap 홈페이지</translation>
    </message>
</context>
<context>
    <name>words</name>
    <message>
        <source>The capture failed.</source>
        <translation>캡처하지 못했습니다.</translation>
    </message>
    <message>
        <source>The capture driver Npcap is not installed on this PC.</source>
        <translation>이 PC에 캡처 드라이버 Npcap이 설치되어 있지 않습니다.</translation>
    </message>
    <message>
        <source>Install Npcap, then check again. Only this PC needs it.</source>
        <translation>Npcap을 설치한 뒤 다시 확인하세요. 이 PC에만 있으면 됩니다.</translation>
    </message>
    <message>
        <source>PacketWave may not read this network interface.</source>
        <translation>PacketWave에 네트워크 인터페이스를 읽을 권한이 없습니다.</translation>
    </message>
    <message>
        <source>Start PacketWave as an administrator, then check again.</source>
        <translation>PacketWave를 관리자 권한으로 실행한 뒤 다시 확인하세요.</translation>
    </message>
    <message>
        <source>The interface is not there: {name}</source>
        <translation>인터페이스가 없습니다: {name}</translation>
    </message>
    <message>
        <source>The interface was lost while watching.</source>
        <translation>감지하던 인터페이스가 사라졌습니다.</translation>
    </message>
    <message>
        <source>PacketWave goes on by itself once it is back.</source>
        <translation>다시 연결되면 저절로 이어집니다.</translation>
    </message>
    <message>
        <source>This is not a capture file: {name}</source>
        <translation>캡처 파일이 아닙니다: {name}</translation>
    </message>
    <message>
        <source>Choose a file saved as pcap or pcapng.</source>
        <translation>pcap 또는 pcapng로 저장한 파일을 고르세요.</translation>
    </message>
    <message>
        <source>The capture file is cut short: {name}</source>
        <translation>캡처 파일이 중간에 잘려 있습니다: {name}</translation>
    </message>
    <message>
        <source>Everything before the cut was read.</source>
        <translation>잘린 곳 앞까지는 모두 읽었습니다.</translation>
    </message>
    <message>
        <source>Watching</source>
        <translation>감지 중</translation>
    </message>
    <message>
        <source>Replaying</source>
        <translation>재생 중</translation>
    </message>
    <message>
        <source>Replay finished</source>
        <translation>재생 끝남</translation>
    </message>
    <message>
        <source>Not watching</source>
        <translation>감지 못 함</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>중지됨</translation>
    </message>
    <message>
        <source>embedded</source>
        <translation>내장</translation>
    </message>
    <message>
        <source>away</source>
        <translation>끊김</translation>
    </message>
    <message>
        <source>The database cannot be reached. Calls are told from the last known members.</source>
        <translation>데이터베이스에 연결할 수 없습니다. 마지막으로 읽은 구성원으로 계속 알립니다.</translation>
    </message>
    <message>
        <source>Calls waiting to be written: {count}.</source>
        <translation>저장을 기다리는 통화가 {count}건 있습니다.</translation>
    </message>
    <message>
        <source>Start the database again; PacketWave goes on by itself.</source>
        <translation>데이터베이스를 다시 시작하세요. 그러면 저절로 이어집니다.</translation>
    </message>
    <message>
        <source>Not saved: the database cannot be reached.</source>
        <translation>저장하지 못했습니다. 데이터베이스에 연결할 수 없습니다.</translation>
    </message>
    <message>
        <source>What you typed is kept here. Save again once it is back.</source>
        <translation>입력한 내용은 그대로 있습니다. 다시 연결되면 &apos;다시 저장&apos;을 누르세요.</translation>
    </message>
    <message>
        <source>Not saved: somebody else changed or removed this row meanwhile.</source>
        <translation>저장하지 못했습니다. 그사이 다른 곳에서 이 행을 고치거나 지웠습니다.</translation>
    </message>
    <message>
        <source>What you typed is kept here. Look at it, then save again.</source>
        <translation>입력한 내용은 그대로 있습니다. 확인한 뒤 &apos;다시 저장&apos;을 누르세요.</translation>
    </message>
    <message>
        <source>That was not done.</source>
        <translation>처리하지 못했습니다.</translation>
    </message>
    <message>
        <source>The extension is missing</source>
        <translation>내선이 비어 있습니다</translation>
    </message>
    <message>
        <source>The PC&apos;s IP is missing</source>
        <translation>PC IP가 비어 있습니다</translation>
    </message>
    <message>
        <source>A value is missing</source>
        <translation>값이 비어 있습니다</translation>
    </message>
    <message>
        <source>Not an extension</source>
        <translation>내선 형식이 아닙니다</translation>
    </message>
    <message>
        <source>Not an IP address</source>
        <translation>IP 형식이 아닙니다</translation>
    </message>
    <message>
        <source>There twice</source>
        <translation>같은 내선과 IP가 이미 있습니다</translation>
    </message>
    <message>
        <source>Not stored as text</source>
        <translation>글자로 저장되어 있지 않습니다</translation>
    </message>
    <message>
        <source>Plug its cable or adapter in, or choose another interface.</source>
        <translation>케이블이나 어댑터를 꽂거나 다른 인터페이스를 고르세요.</translation>
    </message>
    <message>
        <source>Exported to {file}</source>
        <translation>{file}에 저장했습니다</translation>
    </message>
    <message>
        <source>{file} could not be written: {reason}</source>
        <translation>{file}에 쓸 수 없습니다: {reason}</translation>
    </message>
    <message>
        <source>{file} could not be read: {reason}</source>
        <translation>{file}을(를) 읽을 수 없습니다: {reason}</translation>
    </message>
</context>
</TS>
